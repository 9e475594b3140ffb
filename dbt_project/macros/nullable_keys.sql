{# A text key of a group whose parts may be null: null and the empty text are different parts. #}
{% macro nullable_key(start, parts) -%}
    ({{ start }} || ':' || md5(jsonb_build_array({{ parts | join(', ') }})::text))
{%- endmacro %}

{# Key of an acquisition source in a month; a lead without a source is a source of its own. #}
{% macro source_month_key() -%}
    {{ nullable_key("account_id || ':' || to_char(month_start, 'YYYY-MM')", ['source', 'channel']) }}
{%- endmacro %}
