-- Stage-standard compliance: steps that leads of a day's creation reached in order, over the steps they reached or
-- passed. The lead counts for the user responsible for it today.
with

steps as (
    select * from {{ ref('fct_lead_steps') }}
),

leads as (
    select
        leads.account_id,
        leads.lead_id,
        leads.user_id,
        {{ local_date('leads.created_at', 'accounts.time_zone') }} as created_date
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('int_leads__flags') }} as flags
        on leads.account_id = flags.account_id and leads.lead_id = flags.lead_id
    inner join {{ ref('stg_ops__accounts') }} as accounts on leads.account_id = accounts.account_id
    where flags.is_counted
)

select
    leads.account_id,
    'stage_compliance' as metric_id,
    leads.created_date as date_day,
    leads.user_id,
    count(*) filter (where steps.reached_strict)::numeric as numerator,
    count(*) filter (where steps.reached_filled)::numeric as denominator
from steps
inner join leads on steps.account_id = leads.account_id and steps.lead_id = leads.lead_id
where steps.reached_filled
group by leads.account_id, leads.created_date, leads.user_id
