-- A count of which a subject had something before is zero, not absent, in a week or longer in which nothing happened.
-- Single days without anything have no row: there would be more of them than of all others.
{{ config(indexes=[
    {'columns': ['account_id', 'period_type', 'period_start', 'metric_id']},
    {'columns': ['subject_id', 'metric_id', 'period_type', 'period_start']}
]) }}

with

metrics as (
    select
        metric_id,
        aggregation,
        direction
    from {{ ref('metric_definitions') }}
),

summed as (
    select
        summed.*,
        metrics.aggregation
    from {{ ref('int_kpi__summed') }} as summed
    inner join metrics on summed.metric_id = metrics.metric_id
),

today as (
    select
        account_id,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('stg_ops__accounts') }}
),

subjects as (
    select distinct
        account_id,
        subject_type,
        subject_id,
        subject_name
    from {{ ref('int_kpi__subjects') }}
),

counted as (
    select
        account_id,
        metric_id,
        period_type,
        period_start,
        subject_type,
        subject_id,
        lead(period_start) over (
            partition by account_id, metric_id, subject_id, period_type
            order by period_start
        ) as next_start
    from summed
    where aggregation = 'sum' and period_type != 'day'
),

quiet_periods as (
    select
        counted.account_id,
        counted.metric_id,
        counted.period_type,
        quiet.period_start::date as period_start,
        counted.subject_type,
        counted.subject_id
    from counted
    inner join today on counted.account_id = today.account_id
    cross join lateral generate_series(
        counted.period_start + {{ period_length('counted.period_type') }},
        coalesce(counted.next_start - 1, today.today)::timestamp,
        {{ period_length('counted.period_type') }}
    ) as quiet (period_start)
),

plans as (
    select plans.*
    from {{ ref('int_kpi__plans') }} as plans
    inner join today on plans.account_id = today.account_id
    -- a period that has not begun has no row
    where plans.period_start <= today.today
),

recorded as (
    select
        account_id,
        metric_id,
        period_type,
        period_start,
        subject_type,
        subject_id,
        numerator,
        denominator,
        case when aggregation = 'ratio' then numerator / nullif(denominator, 0) else numerator end as fact,
        aggregation = 'sum' as is_count
    from summed
    union all
    select
        account_id,
        metric_id,
        period_type,
        period_start,
        subject_type,
        subject_id,
        0 as numerator,
        null as denominator,
        0 as fact,
        true as is_count
    from quiet_periods
    union all
    select
        account_id,
        metric_id,
        period_type,
        period_start,
        subject_type,
        subject_id,
        numerator,
        denominator,
        numerator as fact,
        false as is_count
    from {{ ref('int_kpi__stocks') }}
    union all
    select
        account_id,
        metric_id,
        period_type,
        period_start,
        subject_type,
        subject_id,
        null as numerator,
        denominator,
        fact,
        false as is_count
    from {{ ref('int_kpi__medians') }}
    union all
    select
        months.account_id,
        months.metric_id,
        months.period_type,
        months.period_start,
        months.subject_type,
        months.subject_id,
        months.numerator,
        months.denominator,
        case
            when metrics.aggregation = 'ratio' then months.numerator / nullif(months.denominator, 0)
            else months.numerator
        end as fact,
        false as is_count
    from {{ ref('int_kpi__months') }} as months
    inner join metrics on months.metric_id = metrics.metric_id
),

-- what was planned and has no figure yet: nothing of a count, unknown of all else
facts as (
    select * from recorded
    union all
    select
        plans.account_id,
        plans.metric_id,
        plans.period_type,
        plans.period_start,
        plans.subject_type,
        plans.subject_id,
        case when metrics.aggregation = 'sum' then 0 end as numerator,
        null as denominator,
        case when metrics.aggregation = 'sum' then 0 end as fact,
        metrics.aggregation = 'sum' as is_count
    from plans
    inner join metrics on plans.metric_id = metrics.metric_id
    where
        not exists (
            select 1
            from recorded
            where
                recorded.account_id = plans.account_id
                and recorded.metric_id = plans.metric_id
                and recorded.period_type = plans.period_type
                and recorded.period_start = plans.period_start
                and recorded.subject_id = plans.subject_id
        )
),

neighboured as (
    select
        *,
        lag(period_start) over earlier as last_start,
        lag(fact) over earlier as last_fact
    from facts
    window earlier as (
        partition by account_id, metric_id, subject_id, period_type
        order by period_start
    )
),

compared as (
    select
        *,
        case
            when last_start = period_start - {{ period_length('period_type') }} then last_fact
            -- the day before had no row, but there are earlier ones: nothing happened
            when is_count and last_start is not null then 0
        end as previous_fact
    from neighboured
),

running_periods as (
    select
        *,
        working_days::numeric / nullif(elapsed_working_days, 0) as pace
    from {{ ref('int_kpi__running_periods') }}
)

select
    compared.account_id,
    compared.metric_id,
    compared.period_type,
    compared.period_start,
    compared.subject_type,
    compared.subject_id,
    subjects.subject_name,
    compared.numerator::numeric(18, 4) as numerator,
    compared.denominator::numeric(18, 4) as denominator,
    compared.fact::numeric(18, 6) as fact,
    plans.plan::numeric(18, 6) as plan,
    (compared.fact / nullif(plans.plan, 0))::numeric(18, 6) as plan_fact_pct,
    compared.previous_fact::numeric(18, 6) as previous_fact,
    ((compared.fact - compared.previous_fact) / nullif(compared.previous_fact, 0))::numeric(18, 6) as change_pct,
    compared.period_start + {{ period_length('compared.period_type') }} <= today.today as is_complete,
    plans.basis as plan_basis,
    (case when metrics.direction = 'down' then compared.fact - plans.plan end)::numeric(18, 6) as deviation,
    (compared.fact * periods.pace)::numeric(18, 6) as run_rate,
    (compared.fact * periods.pace / nullif(plans.plan, 0))::numeric(18, 6) as run_rate_plan_pct
from compared
inner join metrics on compared.metric_id = metrics.metric_id
inner join today on compared.account_id = today.account_id
left join plans
    on
        compared.account_id = plans.account_id
        and compared.metric_id = plans.metric_id
        and compared.period_type = plans.period_type
        and compared.period_start = plans.period_start
        and compared.subject_id = plans.subject_id
left join running_periods as periods
    on
        compared.account_id = periods.account_id
        and compared.period_type = periods.period_type
        and compared.period_start = periods.period_start
        and metrics.aggregation = 'sum'
left join subjects
    on
        compared.account_id = subjects.account_id
        and compared.subject_type = subjects.subject_type
        and compared.subject_id = subjects.subject_id
