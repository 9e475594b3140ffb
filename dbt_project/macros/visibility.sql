{# How visible a place is, 0 to 1, by one of three scales; a site that was not found (null) is not visible at all. #}
{% macro visibility(scale, position) -%}
    {%- if scale == 'linear' -%}
    (case when {{ position }} between 1 and 10 then (11 - {{ position }}) / 10.0 else 0 end)::numeric(3, 2)
    {%- else -%}
    (
        case
            when {{ position }} between 1 and 3 then 1.00
            when {{ position }} = 4 then 0.85
            when {{ position }} = 5 then 0.60
            when {{ position }} between 6 and 7 then 0.50
            when {{ position }} between 8 and 9 then 0.30
            when {{ position }} = 10 then 0.20
            {%- if scale == 'topvisor' %}
            when {{ position }} between 11 and 15 then 0.10
            when {{ position }} between 16 and 20 then 0.05
            {%- endif %}
            else 0
        end
    )::numeric(3, 2)
    {%- endif -%}
{%- endmacro %}

{# Share of the checked keywords within the first so many places; null where nobody looked that far. #}
{% macro top_share(places) -%}
    case when depth >= {{ places }} then (top{{ places }}_count::numeric / nullif(checked, 0))::numeric(18, 6) end
{%- endmacro %}
