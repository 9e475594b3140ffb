select
    metric_id,
    name_ru,
    name_en,
    unit,
    direction,
    aggregation,
    grain,
    date_basis,
    variant,
    formula_ru,
    formula_en,
    aggregation != 'mart' as is_kpi
from {{ ref('metric_definitions') }}
