{# Whole months from one month's first day to another's. #}
{% macro months_between(first_month, last_month) -%}
    (
        12 * (extract(year from {{ last_month }}) - extract(year from {{ first_month }}))
        + extract(month from {{ last_month }}) - extract(month from {{ first_month }})
    )::int
{%- endmacro %}
