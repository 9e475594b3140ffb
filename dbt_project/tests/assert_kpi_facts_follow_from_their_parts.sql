-- A ratio is its numerator over its denominator, a count or stock its numerator, and neither is made up.
select
    kpis.metric_id,
    kpis.period_type,
    kpis.period_start,
    kpis.subject_id
from {{ ref('kpi_values') }} as kpis
inner join {{ ref('metrics') }} as metrics on kpis.metric_id = metrics.metric_id
where
    case metrics.aggregation
        when 'ratio'
            then
                abs(kpis.fact - kpis.numerator / nullif(kpis.denominator, 0)) > 0.0001
                or (kpis.fact is null) != (coalesce(kpis.denominator, 0) = 0)
        when 'median'
            then kpis.denominator < 1 or (kpis.fact is null and (kpis.plan is null or kpis.denominator is not null))
        else kpis.fact is distinct from kpis.numerator
    end
