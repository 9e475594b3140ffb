-- Every option a field ever had: a renamed one carries its last name, a removed one stays as not listed.
with versions as (
    select
        account_id,
        payload,
        deleted_at is null as is_listed,
        'infinity'::timestamptz as replaced_at
    from {{ source('amocrm', 'custom_fields') }}
    union all
    select
        account_id,
        payload,
        false as is_listed,
        replaced_at
    from {{ source('amocrm', 'custom_fields_history') }}
),

options as (
    select
        version.account_id,
        version.payload ->> 'id' as source_field_id,
        enum ->> 'id' as source_enum_id,
        enum ->> 'value' as enum_name,
        enum ->> 'code' as enum_code,
        (enum ->> 'sort')::int as enum_sort,
        version.is_listed,
        version.replaced_at
    from versions as version
    cross join lateral jsonb_array_elements({{ json_array("version.payload -> 'enums'") }}) as enum
),

names as (
    select
        account_id,
        source_field_id,
        source_enum_id,
        array_agg(distinct enum_name order by enum_name) as names
    from options
    group by account_id, source_field_id, source_enum_id
)

select distinct on (latest.account_id, latest.source_field_id, latest.source_enum_id)
    latest.account_id,
    latest.source_field_id,
    latest.source_enum_id,
    latest.enum_name,
    latest.enum_code,
    latest.enum_sort,
    latest.is_listed,
    nullif(array_to_string(array_remove(names.names, latest.enum_name), ', '), '') as earlier_names
from options as latest
inner join names
    on
        latest.account_id = names.account_id
        and latest.source_field_id = names.source_field_id
        and latest.source_enum_id = names.source_enum_id
order by latest.account_id asc, latest.source_field_id asc, latest.source_enum_id asc, latest.replaced_at desc
