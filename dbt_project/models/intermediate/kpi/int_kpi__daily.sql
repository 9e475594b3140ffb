-- All KPI parts of a day by user, in one long shape. A new KPI is a row in metric_definitions and one more branch here.
{% set branches = [
    'int_kpi__leads_daily',
    'int_kpi__stages_daily',
    'int_kpi__calls_daily',
    'int_kpi__tasks_daily',
    'int_kpi__handovers_daily',
    'int_kpi__payments_daily',
    'int_kpi__open_leads_daily',
    'int_kpi__proposals_daily',
    'int_kpi__clients_daily',
    'int_people__kpi_daily',
] %}

{% for branch in branches -%}
select
    account_id,
    metric_id,
    date_day,
    user_id,
    numerator,
    denominator
from {{ ref(branch) }}
{% if not loop.last -%}
union all
{% endif -%}
{% endfor %}
