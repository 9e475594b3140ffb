-- All plans of kpi_values. Of the metrics named in the variable plans_by_working_days a month's plan is also spread
-- over its working days, and a week has those of its days when all of its working days are planned.
{% set spread = var('plans_by_working_days') %}

with

given as (
    select * from {{ ref('int_kpi__plans_given') }}
),

month_days as (
    select
        account_id,
        month_start,
        count(*) as working_days
    from {{ ref('dim_dates') }}
    where is_working_day
    group by account_id, month_start
),

days as (
    select
        given.account_id,
        given.metric_id,
        dates.date_day,
        dates.week_start,
        given.subject_type,
        given.subject_id,
        given.value / month_days.working_days as value
    from given
    inner join month_days
        on given.account_id = month_days.account_id and given.period_start = month_days.month_start
    inner join {{ ref('dim_dates') }} as dates
        on
            given.account_id = dates.account_id
            and given.period_start = dates.month_start
            and dates.is_working_day
    inner join {{ ref('metric_definitions') }} as metrics on given.metric_id = metrics.metric_id
    where
        given.period_type = 'month'
        and metrics.aggregation = 'sum'
        and given.metric_id = any('{ {{ spread | join(', ') }} }'::text[])
),

week_days as (
    select
        account_id,
        week_start,
        count(*) as working_days
    from {{ ref('dim_dates') }}
    where is_working_day
    group by account_id, week_start
),

weeks as (
    select
        days.account_id,
        days.metric_id,
        days.week_start,
        days.subject_type,
        days.subject_id,
        sum(days.value) as value
    from days
    inner join week_days on days.account_id = week_days.account_id and days.week_start = week_days.week_start
    group by
        days.account_id, days.metric_id, days.week_start, days.subject_type, days.subject_id, week_days.working_days
    having count(*) = week_days.working_days
)

select
    account_id,
    metric_id,
    period_type,
    period_start,
    subject_type,
    subject_id,
    value::numeric(18, 6) as plan,
    basis
from given
union all
select
    account_id,
    metric_id,
    period_type,
    period_start,
    subject_type,
    subject_id,
    value::numeric(18, 6) as plan,
    basis
from {{ ref('int_kpi__plans_split') }}
union all
select
    account_id,
    metric_id,
    'day' as period_type,
    date_day as period_start,
    subject_type,
    subject_id,
    value::numeric(18, 6) as plan,
    'working_days' as basis
from days
union all
select
    account_id,
    metric_id,
    'week' as period_type,
    week_start as period_start,
    subject_type,
    subject_id,
    value::numeric(18, 6) as plan,
    'working_days' as basis
from weeks
