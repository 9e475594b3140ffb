{# Our key of a provider's record: <account>:<provider>:<id>; null when the id is null. #}
{% macro entity_key(provider, id, account='account_id') -%}
    ({{ account }} || ':{{ provider }}:' || ({{ id }})::text)
{%- endmacro %}

{# Key of a CRM stage. The CRM uses 142 and 143 in every pipeline, so the pipeline is part of it. #}
{% macro stage_key(pipeline_id, status_id, account='account_id') -%}
    ({{ account }} || ':amocrm:' || ({{ pipeline_id }})::text || ':' || ({{ status_id }})::text)
{%- endmacro %}

{# A JSON array, or null where the provider served null, an object or nothing: safe to unnest. #}
{% macro json_array(expression) -%}
    case when jsonb_typeof({{ expression }}) = 'array' then {{ expression }} end
{%- endmacro %}
