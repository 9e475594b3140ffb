-- Sums per day and user of what became of leads. A lead counts for the user responsible for it today; leads that are
-- deleted, merged, spam, test or duplicate count nowhere.
with

leads as (
    select
        leads.account_id,
        leads.user_id,
        leads.status,
        leads.amount,
        leads.cycle_days,
        {{ local_date('leads.created_at', 'accounts.time_zone') }} as created_date,
        {{ local_date('leads.won_at', 'accounts.time_zone') }} as won_date,
        {{ local_date('leads.lost_at', 'accounts.time_zone') }} as lost_date
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('int_leads__flags') }} as flags
        on leads.account_id = flags.account_id and leads.lead_id = flags.lead_id
    inner join {{ ref('stg_ops__accounts') }} as accounts on leads.account_id = accounts.account_id
    where flags.is_counted
),

contributions as (
    select
        leads.account_id,
        leads.user_id,
        part.metric_id,
        part.date_day,
        part.numerator,
        part.denominator
    from leads
    cross join
        lateral (
            values
            ('leads_created', leads.created_date, 1::numeric, null::numeric),
            ('win_rate_created', leads.created_date, (leads.status = 'won')::int, 1),
            ('leads_won', leads.won_date, 1, null),
            ('won_amount', leads.won_date, coalesce(leads.amount, 0), null),
            ('win_rate_narrow', leads.won_date, 1, 1),
            ('win_rate_narrow', leads.lost_date, 0, 1),
            ('average_cheque', case when leads.amount > 0 then leads.won_date end, leads.amount, 1),
            ('cycle_days_mean', case when leads.cycle_days is not null then leads.won_date end, leads.cycle_days, 1),
            ('leads_lost', leads.lost_date, 1, null)
        ) as part (metric_id, date_day, numerator, denominator)
    where part.date_day is not null
)

select
    account_id,
    metric_id,
    date_day,
    user_id,
    sum(numerator) as numerator,
    sum(denominator) as denominator
from contributions
group by account_id, metric_id, date_day, user_id
