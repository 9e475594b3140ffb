{# The moment the warehouse speaks of: VORONKA_AS_OF (ISO 8601 with offset) or the start of this run. Never now(). #}
{% macro as_of() -%}
    timestamptz '{{ env_var("VORONKA_AS_OF", "") or run_started_at.isoformat() }}'
{%- endmacro %}

{# A provider's Unix seconds (text or number, may be null) as timestamptz. #}
{% macro unix_time(expression) -%}
    to_timestamp(({{ expression }})::bigint)
{%- endmacro %}

{# The calendar day of a moment in a time zone. #}
{% macro local_date(moment, time_zone) -%}
    (({{ moment }}) at time zone {{ time_zone }})::date
{%- endmacro %}

{# The first day of a local month. #}
{% macro local_month(moment, time_zone) -%}
    date_trunc('month', ({{ moment }}) at time zone {{ time_zone }})::date
{%- endmacro %}
