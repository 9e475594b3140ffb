{# Working seconds from the calendar's first day to a local time of the day that `clock` (int_dates__work_clock) describes. #}
{% macro work_seconds(clock, local_time) -%}
    (
        {{ clock }}.seconds_before
        + case
            when {{ clock }}.is_working_day
                then extract(
                    epoch from greatest(
                        least({{ local_time }}, {{ clock }}.work_end) - {{ clock }}.work_start, interval '0'
                    )
                )
            else 0
        end
    )
{%- endmacro %}
