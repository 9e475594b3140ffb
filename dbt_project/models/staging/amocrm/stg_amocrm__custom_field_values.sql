-- Read straight from the records, so that a field that appears tomorrow is here tomorrow.
with records as (
    select
        account_id,
        'leads' as entity_type,
        source_id,
        payload
    from {{ ref('stg_amocrm__lead_records') }}
    {% for entity in ['contacts', 'companies', 'customers'] %}
    union all
    select
        account_id,
        '{{ entity }}' as entity_type,
        source_id,
        payload
    from {{ source('amocrm', entity) }}
    {% endfor %}
),

field_values as (
    select
        records.account_id,
        records.entity_type,
        records.source_id as source_entity_id,
        field ->> 'field_id' as source_field_id,
        field ->> 'field_name' as field_name,
        field ->> 'field_code' as field_code,
        field ->> 'field_type' as field_type,
        item.position::int as position,
        coalesce(item.element ->> 'value', item.element ->> 'catalog_element_id') as value_text,
        item.element ->> 'enum_id' as source_enum_id,
        coalesce(item.element ->> 'enum_code', item.element ->> 'enum') as enum_code
    from records
    cross join lateral jsonb_array_elements({{ json_array("records.payload -> 'custom_fields_values'") }}) as field
    cross join
        lateral jsonb_array_elements({{ json_array("field -> 'values'") }}) with ordinality as item (element, position)
)

select
    v.account_id,
    v.entity_type,
    v.source_entity_id,
    {{ entity_key('amocrm', 'v.source_entity_id', 'v.account_id') }} as entity_id,
    v.source_field_id,
    v.field_name,
    v.field_code,
    v.field_type,
    v.position,
    v.value_text,
    case
        when v.field_type in ('numeric', 'price', 'monetary') and v.value_text ~ '^-?[0-9]+(\.[0-9]+)?$'
            then v.value_text::numeric
    end as value_numeric,
    -- a date is served as the midnight of the account's zone: read in UTC it may fall on the day before
    case
        when v.field_type in ('date', 'birthday', 'date_time') and v.value_text ~ '^-?[0-9]+$'
            then {{ local_date('to_timestamp(v.value_text::bigint)', 'account.time_zone') }}
    end as value_date,
    v.source_enum_id,
    v.enum_code
from field_values as v
inner join {{ ref('stg_ops__accounts') }} as account on v.account_id = account.account_id
