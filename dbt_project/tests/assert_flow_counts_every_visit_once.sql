with flow as (
    select
        account_id,
        stage_id,
        sum(entries) as entries,
        max(date_day) as last_day
    from {{ ref('funnel_flow_daily') }}
    group by account_id, stage_id
),

visits as (
    select
        visit.account_id,
        visit.stage_id,
        count(*) as visits
    from {{ ref('fct_stage_visits') }} as visit
    inner join flow on visit.account_id = flow.account_id and visit.stage_id = flow.stage_id
    inner join {{ ref('stg_ops__accounts') }} as account on visit.account_id = account.account_id
    where visit.is_counted and {{ local_date('visit.entered_at', 'account.time_zone') }} <= flow.last_day
    group by visit.account_id, visit.stage_id
)

select
    flow.*,
    visits.visits
from flow
full outer join visits on flow.account_id = visits.account_id and flow.stage_id = visits.stage_id
where coalesce(flow.entries, -1) != coalesce(visits.visits, 0)
