-- Plans as the sheet gives them for months, quarters and years, and what follows for longer periods: a sum's quarter is
-- its three months, its year the four quarters, where the sheet has none for them and all parts are planned.
with

metrics as (
    select
        metric_id,
        aggregation
    from {{ ref('metric_definitions') }}
    where aggregation != 'mart'
),

-- an employee may be named by e-mail address and by name, or with the team and without
given as (
    select distinct on (plans.account_id, plans.metric_id, plans.period_type, plans.period_start, plans.subject_id)
        plans.account_id,
        plans.metric_id,
        metrics.aggregation,
        plans.period_type,
        plans.period_start,
        plans.subject_type,
        plans.subject_id,
        plans.value
    from {{ ref('stg_sheets__plans') }} as plans
    inner join metrics on plans.metric_id = metrics.metric_id
    where plans.subject_id is not null
    order by
        plans.account_id asc, plans.metric_id asc, plans.period_type asc, plans.period_start asc,
        plans.subject_id asc, plans.version desc, plans.plan_id asc
),

quarters_of_months as (
    select
        account_id,
        metric_id,
        date_trunc('quarter', period_start::timestamp)::date as period_start,
        subject_type,
        subject_id,
        sum(value) as value
    from given
    where period_type = 'month' and aggregation = 'sum'
    group by account_id, metric_id, date_trunc('quarter', period_start::timestamp), subject_type, subject_id
    having count(*) = 3
),

quarters as (
    select
        account_id,
        metric_id,
        aggregation,
        period_start,
        subject_type,
        subject_id,
        value,
        'own' as basis
    from given
    where period_type = 'quarter'
    union all
    select
        months.account_id,
        months.metric_id,
        'sum' as aggregation,
        months.period_start,
        months.subject_type,
        months.subject_id,
        months.value,
        'months' as basis
    from quarters_of_months as months
    where
        not exists (
            select 1
            from given
            where
                given.account_id = months.account_id
                and given.metric_id = months.metric_id
                and given.period_type = 'quarter'
                and given.period_start = months.period_start
                and given.subject_id = months.subject_id
        )
),

years_of_quarters as (
    select
        account_id,
        metric_id,
        date_trunc('year', period_start::timestamp)::date as period_start,
        subject_type,
        subject_id,
        sum(value) as value
    from quarters
    where aggregation = 'sum'
    group by account_id, metric_id, date_trunc('year', period_start::timestamp), subject_type, subject_id
    having count(*) = 4
)

select
    account_id,
    metric_id,
    period_type,
    period_start,
    subject_type,
    subject_id,
    value,
    'own' as basis
from given
where period_type in ('month', 'year')
union all
select
    account_id,
    metric_id,
    'quarter' as period_type,
    period_start,
    subject_type,
    subject_id,
    value,
    basis
from quarters
union all
select
    years.account_id,
    years.metric_id,
    'year' as period_type,
    years.period_start,
    years.subject_type,
    years.subject_id,
    years.value,
    'months' as basis
from years_of_quarters as years
where
    not exists (
        select 1
        from given
        where
            given.account_id = years.account_id
            and given.metric_id = years.metric_id
            and given.period_type = 'year'
            and given.period_start = years.period_start
            and given.subject_id = years.subject_id
    )
