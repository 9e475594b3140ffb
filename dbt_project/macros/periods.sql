{# The five periods a day lies in, as rows of (period_type, period_start); weeks begin on Monday. #}
{% macro periods_of(day) -%}
    values
    ('day', {{ day }}),
    ('week', date_trunc('week', {{ day }}::timestamp)::date),
    ('month', date_trunc('month', {{ day }}::timestamp)::date),
    ('quarter', date_trunc('quarter', {{ day }}::timestamp)::date),
    ('year', date_trunc('year', {{ day }}::timestamp)::date)
{%- endmacro %}

{# How long a period is, as an interval. #}
{% macro period_length(period_type) -%}
    (
        case {{ period_type }}
            when 'day' then interval '1 day'
            when 'week' then interval '7 days'
            when 'month' then interval '1 month'
            when 'quarter' then interval '3 months'
            when 'year' then interval '1 year'
        end
    )
{%- endmacro %}
