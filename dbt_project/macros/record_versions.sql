{# The versions of CRM records that may be other than those int_crm__records knows; in a whole build, of all. A mark of
   deletion does not move loaded_at: the records that have one, or had one, are compared. They are few. #}
{% macro record_versions(entities) -%}
    {% for entity in entities -%}
    {% set is_list = entity == 'catalog_elements' -%}
    {% set known_type = "like 'catalogs/%'" if is_list else "= '" ~ entity ~ "'" -%}
    {% set columns -%}
        record.account_id,
        {{ "'catalogs/' || (record.payload ->> 'catalog_id')" if is_list else "'" ~ entity ~ "'" }} as entity_type,
        record.source_id as source_entity_id,
        record.loaded_at,
        record.deleted_at,
        record.deletion_kind
    {%- endset -%}
    select
        {{ columns }}
    from {{ source('amocrm', entity) }} as record
    where {{ loaded_since('record.loaded_at', "known.entity_type " ~ known_type) }}
    {% if grows() -%}
    union
    select
        {{ columns }}
    from {{ source('amocrm', entity) }} as record
    where record.deleted_at is not null
    union
    select
        {{ columns }}
    from {{ this }} as marked
    inner join {{ source('amocrm', entity) }} as record
        on marked.account_id = record.account_id and marked.source_entity_id = record.source_id
    where marked.entity_type {{ known_type }} and marked.deleted_at is not null
    {% endif -%}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}
