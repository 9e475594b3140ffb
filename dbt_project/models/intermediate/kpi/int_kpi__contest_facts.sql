-- What each participant of a contest achieved in a period, by metric. People who did nothing take part while they work
-- here; people who left take part in the periods in which they did something.
with

contests as (
    select
        contests.*,
        metrics.direction
    from {{ ref('contests') }} as contests
    inner join {{ ref('metric_definitions') }} as metrics on contests.metric_id = metrics.metric_id
),

people as (
    select
        facts.account_id,
        contests.contest,
        facts.period_type,
        facts.period_start,
        contests.subject_type,
        facts.subject_id,
        users.user_name as subject_name,
        users.is_active,
        contests.metric_id,
        contests.weight,
        contests.direction,
        facts.fact
    from contests
    inner join {{ ref('kpi_values') }} as facts
        on contests.metric_id = facts.metric_id and contests.subject_type = facts.subject_type
    inner join {{ ref('dim_users') }} as users
        on
            facts.account_id = users.account_id
            and facts.subject_id = users.user_id
            and contests.division = users.division
    where
        contests.subject_type = 'user'
        and facts.period_type = any(string_to_array(contests.period_types, ' '))
        and facts.fact is not null
),

chains as (
    select
        chains.account_id,
        contests.contest,
        period.period_type,
        period.period_start,
        contests.subject_type,
        chains.subject_id,
        max(chains.subject_name) as subject_name,
        true as is_active,
        contests.metric_id,
        contests.weight,
        contests.direction,
        sum(case contests.metric_id when 'won_amount' then chains.amount else 1 end)::numeric(18, 6) as fact
    from {{ ref('int_kpi__chain_leads') }} as chains
    inner join contests on contests.subject_type = 'team'
    cross join lateral ({{ periods_of('chains.won_date') }}) as period (period_type, period_start)
    where period.period_type = any(string_to_array(contests.period_types, ' '))
    group by
        chains.account_id, contests.contest, period.period_type, period.period_start, contests.subject_type,
        chains.subject_id, contests.metric_id, contests.weight, contests.direction
),

facts as (
    select * from people
    union all
    select * from chains
),

participants as (
    select
        *,
        bool_or(is_active or fact > 0) over (
            partition by account_id, contest, period_type, period_start, subject_type, subject_id
        ) as takes_part
    from facts
)

select
    account_id,
    contest,
    period_type,
    period_start,
    subject_type,
    subject_id,
    subject_name,
    metric_id,
    weight,
    direction,
    fact
from participants
where takes_part
