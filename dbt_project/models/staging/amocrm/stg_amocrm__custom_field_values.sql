-- Read straight from the records, so that a field that appears tomorrow is here tomorrow.
with records as (
    select
        account_id,
        'leads' as entity_type,
        source_id,
        payload
    from {{ ref('stg_amocrm__lead_records') }}
    {% for entity in ['contacts', 'companies', 'customers', 'segments'] %}
    union all
    select
        account_id,
        '{{ entity }}' as entity_type,
        source_id,
        payload
    from {{ source('amocrm', entity) }}
    {% endfor %}
    -- each list has fields of its own
    union all
    select
        account_id,
        'catalogs/' || (payload ->> 'catalog_id') as entity_type,
        source_id,
        payload
    from {{ source('amocrm', 'catalog_elements') }}
),

elements as (
    select
        records.account_id,
        records.entity_type,
        records.source_id as source_entity_id,
        field ->> 'field_id' as source_field_id,
        field ->> 'field_name' as field_name,
        field ->> 'field_code' as field_code,
        field ->> 'field_type' as field_type,
        item.position::int as position,
        item.element
    from records
    cross join lateral jsonb_array_elements({{ json_array("records.payload -> 'custom_fields_values'") }}) as field
    cross join
        lateral jsonb_array_elements({{ json_array("field -> 'values'") }}) with ordinality as item (element, position)
),

field_values as (
    select
        account_id,
        entity_type,
        source_entity_id,
        source_field_id,
        field_name,
        field_code,
        field_type,
        position,
        coalesce(element ->> 'value', element ->> 'catalog_element_id') as value_text,
        case
            when jsonb_typeof(element -> 'value') = 'object' then element -> 'value'
            when element ? 'catalog_element_id' then element
        end as value_object,
        element ->> 'enum_id' as source_enum_id,
        coalesce(element ->> 'enum_code', element ->> 'enum') as enum_code
    from elements
),

typed as (
    select
        v.*,
        case
            when
                v.field_type in ('numeric', 'price', 'monetary')
                and v.value_text ~ '^\s*[-+]?[0-9]+([.,][0-9]+)?\s*$'
                then replace(btrim(v.value_text), ',', '.')::numeric
            when v.field_type = 'items' and v.value_object ->> 'total_sum' ~ '^-?[0-9]+(\.[0-9]+)?$'
                then (v.value_object ->> 'total_sum')::numeric
        end as value_number,
        case
            when v.field_type = 'checkbox' and lower(v.value_text) in ('true', '1', 'false', '0')
                then lower(v.value_text) in ('true', '1')
        end as value_bool,
        -- seconds, or ISO 8601 with a zone; birthdays before 1970 are negative
        case
            when v.field_type not in ('date', 'birthday', 'date_time') then null
            when v.value_text ~ '^-?[0-9]{1,11}$' then {{ unix_time('v.value_text') }}
            when v.value_text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[-+][0-9]{2}:?[0-9]{2})$'
                then v.value_text::timestamptz
        end as value_at,
        case
            when v.field_type in ('date', 'birthday') and v.value_text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
                then v.value_text::date
        end as named_date,
        -- a birthday without its year
        case
            when v.field_type = 'birthday' and v.value_text ~ '^--?[0-9]{2}-[0-9]{2}$' then right(v.value_text, 5)
            when v.field_type = 'birthday' and v.value_text ~ '^[0-9]{2}\.[0-9]{2}\.?$'
                then substr(v.value_text, 4, 2) || '-' || substr(v.value_text, 1, 2)
        end as named_month_day
    from field_values as v
),

dated as (
    select
        typed.*,
        -- a date is served as the midnight of the account's zone: read in UTC it may fall on the day before
        coalesce(typed.named_date, {{ local_date('typed.value_at', 'account.time_zone') }}) as value_date
    from typed
    inner join {{ ref('stg_ops__accounts') }} as account on typed.account_id = account.account_id
)

select
    dated.account_id,
    dated.entity_type,
    dated.source_entity_id,
    {{ entity_key('amocrm', 'dated.source_entity_id', 'dated.account_id') }} as entity_id,
    dated.source_field_id,
    dated.field_name,
    dated.field_code,
    dated.field_type,
    dated.position,
    dated.value_text,
    dated.value_number,
    dated.value_bool,
    case when dated.field_type = 'date_time' then dated.value_at end as value_at,
    dated.value_date,
    case
        when dated.field_type = 'birthday'
            then coalesce(dated.named_month_day, to_char(dated.value_date, 'MM-DD'))
    end as value_month_day,
    dated.value_object,
    coalesce(
        dated.value_object ->> 'name', dated.value_object ->> 'description', dated.value_object ->> 'file_name'
    ) as object_name,
    nullif(dated.value_object ->> 'vat_id', '') as tax_number,
    coalesce(
        dated.value_object ->> 'catalog_element_id',
        dated.value_object ->> 'entity_id',
        dated.value_object ->> 'product_id'
    ) as source_linked_entity_id,
    case
        when dated.value_object ? 'catalog_element_id' or dated.value_object ? 'product_id' then 'catalog_elements'
        else dated.value_object ->> 'entity_type'
    end as linked_entity_type,
    dated.value_object ->> 'catalog_id' as source_linked_catalog_id,
    dated.source_enum_id,
    coalesce(dated.enum_code, option.enum_code) as enum_code,
    coalesce(option.enum_name, case when dated.source_enum_id is not null then dated.value_text end) as enum_name,
    case when dated.source_enum_id is not null then option.is_listed end as is_enum_listed
from dated
left join {{ ref('stg_amocrm__custom_field_enums') }} as option
    on
        dated.account_id = option.account_id
        and dated.source_field_id = option.source_field_id
        and dated.source_enum_id = option.source_enum_id
