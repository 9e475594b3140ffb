{# By how many seconds the talk that a note tells may differ from the exchange's: both round. #}
{% macro call_duration_tolerance() -%} 2 {%- endmacro %}
