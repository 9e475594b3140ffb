-- Medians by subject and period, over the single values; the denominator is how many there were.
with

observations as (
    select * from {{ ref('int_kpi__observations') }}
),

belonging as (
    select
        observations.*,
        subjects.subject_type,
        subjects.subject_id
    from observations
    inner join {{ ref('int_kpi__subjects') }} as subjects
        on observations.account_id = subjects.account_id and observations.user_id = subjects.user_id
    union all
    select
        observations.*,
        'company' as subject_type,
        observations.account_id as subject_id
    from observations
)

select
    belonging.account_id,
    belonging.metric_id,
    period.period_type,
    period.period_start,
    belonging.subject_type,
    belonging.subject_id,
    count(*)::numeric as denominator,
    (percentile_cont(0.5) within group (order by belonging.value))::numeric as fact
from belonging
cross join lateral ({{ periods_of('belonging.date_day') }}) as period (period_type, period_start)
group by
    belonging.account_id, belonging.metric_id, period.period_type, period.period_start,
    belonging.subject_type, belonging.subject_id
