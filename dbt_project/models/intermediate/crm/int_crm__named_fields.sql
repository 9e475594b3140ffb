-- Every name by which a custom field may be called in the settings. A rename in the CRM does not touch the records,
-- so the definition's name stands beside the names the records carry.
with names as (
    select
        account_id,
        entity_type,
        source_field_id,
        unnest(array[source_field_id, field_name, field_code]) as name
    from {{ ref('int_crm__custom_field_values') }}
    union
    select
        account_id,
        entity_type,
        source_field_id,
        unnest(array[source_field_id, field_name, field_code]) as name
    from {{ ref('stg_amocrm__custom_fields') }}
)

select distinct
    account_id,
    entity_type,
    source_field_id,
    lower(btrim(name)) as name
from names
where name is not null
