{# Schemas are named by what they hold, whatever the target: staging, intermediate, marts, pii. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
