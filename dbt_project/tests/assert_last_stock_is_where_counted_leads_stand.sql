with last_days as (
    select distinct on (account_id, stage_id)
        account_id,
        stage_id,
        date_day,
        stock
    from {{ ref('funnel_flow_daily') }}
    order by account_id asc, stage_id asc, date_day desc
),

standing as (
    select
        lead.account_id,
        lead.stage_id,
        count(*) as leads
    from {{ ref('fct_leads') }} as lead
    inner join {{ ref('fct_stage_visits') }} as visit
        on lead.account_id = visit.account_id and lead.lead_id = visit.lead_id and visit.exited_at is null
    inner join last_days
        on lead.account_id = last_days.account_id and lead.stage_id = last_days.stage_id
    inner join {{ ref('stg_ops__accounts') }} as account on lead.account_id = account.account_id
    where lead.is_counted and {{ local_date('visit.entered_at', 'account.time_zone') }} <= last_days.date_day
    group by lead.account_id, lead.stage_id
)

select
    last_days.*,
    standing.leads
from last_days
left join standing on last_days.account_id = standing.account_id and last_days.stage_id = standing.stage_id
where last_days.stock != coalesce(standing.leads, 0)
