-- Monthly parts by subject, month, quarter and year: ratios from summed parts, stocks as the last month that the
-- account has in the period leaves them.
with

monthly as (
    select
        monthly.*,
        metrics.aggregation
    from {{ ref('int_kpi__monthly') }} as monthly
    inner join {{ ref('metric_definitions') }} as metrics on monthly.metric_id = metrics.metric_id
),

belonging as (
    select
        monthly.*,
        subjects.subject_type,
        subjects.subject_id
    from monthly
    inner join {{ ref('int_kpi__subjects') }} as subjects
        on monthly.account_id = subjects.account_id and monthly.user_id = subjects.user_id
    union all
    select
        monthly.*,
        'company' as subject_type,
        monthly.account_id as subject_id
    from monthly
),

placed as (
    select
        belonging.*,
        period.period_type,
        period.period_start,
        max(belonging.month_start) over (
            partition by belonging.account_id, belonging.metric_id, period.period_type, period.period_start
        ) as last_month
    from belonging
    cross join lateral ({{ periods_of('belonging.month_start') }}) as period (period_type, period_start)
    where period.period_type in ('month', 'quarter', 'year')
)

select
    account_id,
    metric_id,
    period_type,
    period_start,
    subject_type,
    subject_id,
    -- nothing paid or earned is zero beside what it is set against
    coalesce(sum(numerator), 0) as numerator,
    sum(denominator) as denominator
from placed
where aggregation != 'stock' or month_start = last_month
group by account_id, metric_id, period_type, period_start, subject_type, subject_id
