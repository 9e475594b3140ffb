-- Single values whose median is taken anew for every period: a median cannot be added up.
with

responses as (
    select
        leads.account_id,
        leads.user_id,
        {{ local_date('leads.created_at', 'accounts.time_zone') }} as date_day,
        leads.first_response_minutes,
        leads.first_response_work_minutes
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('int_leads__flags') }} as flags
        on leads.account_id = flags.account_id and leads.lead_id = flags.lead_id
    inner join {{ ref('stg_ops__accounts') }} as accounts on leads.account_id = accounts.account_id
    where flags.is_counted
)

select
    responses.account_id,
    observed.metric_id,
    responses.date_day,
    responses.user_id,
    observed.value
from responses
cross join
    lateral (
        values
        ('first_response_minutes_median', responses.first_response_minutes::numeric),
        ('first_response_work_minutes_median', responses.first_response_work_minutes::numeric)
    ) as observed (metric_id, value)
where observed.value is not null
