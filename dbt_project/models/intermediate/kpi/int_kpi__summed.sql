-- Counts, sums and ratios by subject and period: numerators and denominators are added up, never shares.
select
    daily.account_id,
    daily.metric_id,
    period.period_type,
    period.period_start,
    daily.subject_type,
    daily.subject_id,
    sum(daily.numerator) as numerator,
    sum(daily.denominator) as denominator
from {{ ref('int_kpi__subjects_daily') }} as daily
inner join {{ ref('metric_definitions') }} as metrics on daily.metric_id = metrics.metric_id
cross join lateral ({{ periods_of('daily.date_day') }}) as period (period_type, period_start)
where metrics.aggregation in ('sum', 'ratio')
group by
    daily.account_id, daily.metric_id, period.period_type, period.period_start, daily.subject_type, daily.subject_id
