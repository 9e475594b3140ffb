-- Stocks by subject and period: what there was at the end of the period's last day, or of today.
select distinct on (daily.account_id, daily.metric_id, daily.subject_id, period.period_type, period.period_start)
    daily.account_id,
    daily.metric_id,
    period.period_type,
    period.period_start,
    daily.subject_type,
    daily.subject_id,
    daily.numerator,
    null::numeric as denominator
from {{ ref('int_kpi__subjects_daily') }} as daily
inner join {{ ref('metric_definitions') }} as metrics on daily.metric_id = metrics.metric_id
cross join lateral ({{ periods_of('daily.date_day') }}) as period (period_type, period_start)
where metrics.aggregation = 'stock'
order by
    daily.account_id asc, daily.metric_id asc, daily.subject_id asc,
    period.period_type asc, period.period_start asc, daily.date_day desc
