{{ config(indexes=[{'columns': ['account_id', 'month_start']}]) }}

with

summed as (
    select
        account_id,
        responded_month as month_start,
        recruiter_user_id as user_id,
        channel,
        currency_code,
        count(*) as responses,
        count(*) filter (where furthest_stage >= 2) as screened,
        count(*) filter (where furthest_stage >= 3) as interviewed,
        count(*) filter (where furthest_stage >= 4) as offered,
        count(*) filter (where furthest_stage >= 5) as hired,
        count(*) filter (where dropped_on is not null and hired_on is null) as dropped,
        sum(cost) as cost
    from {{ ref('int_people__candidates') }}
    group by account_id, responded_month, recruiter_user_id, channel, currency_code
)

select
    account_id,
    {{ nullable_key("account_id || ':' || to_char(month_start, 'YYYY-MM')", ['user_id', 'channel', 'currency_code']) }}
        as recruiting_month_id,
    month_start,
    user_id,
    channel,
    responses::int as responses,
    screened::int as screened,
    interviewed::int as interviewed,
    offered::int as offered,
    hired::int as hired,
    dropped::int as dropped,
    (hired::numeric / responses)::numeric(9, 6) as hired_share,
    currency_code,
    cost::numeric(18, 2) as cost,
    (cost / responses)::numeric(18, 2) as cost_per_response,
    (cost / nullif(hired, 0))::numeric(18, 2) as cost_per_hire
from summed
