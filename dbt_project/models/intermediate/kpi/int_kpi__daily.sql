-- All KPI parts of a day by user, in one long shape. A new KPI is a row in metric_definitions and one more branch here.
{% set areas = ['leads', 'stages', 'calls', 'tasks', 'handovers', 'payments', 'open_leads', 'proposals', 'clients'] %}

{% for area in areas -%}
select
    account_id,
    metric_id,
    date_day,
    user_id,
    numerator,
    denominator
from {{ ref('int_kpi__' ~ area ~ '_daily') }}
{% if not loop.last -%}
union all
{% endif -%}
{% endfor %}
