{# The moment a local time without offset means. In the hour that a clock set back runs through twice it is the earlier of
   the two, as when the calls were read; Postgres alone would take the later. #}
{% macro moment_of(local_time, time_zone) -%}
    least(
        {{ local_time }} at time zone {{ time_zone }},
        ({{ local_time }} - interval '1 hour') at time zone {{ time_zone }} + interval '1 hour'
    )
{%- endmacro %}
