-- What the account's settings call source, channel, region … as one row per record and meaning.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'entity_type', 'source_entity_id', 'meaning'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_crm__entities__touched', 'by': ['account_id', 'entity_type', 'source_entity_id']}},
    indexes=[{'columns': ['account_id', 'entity_type', 'source_entity_id', 'meaning'], 'unique': true}]
) }}

with fields as (
    select distinct on (setting.account_id, setting.entity_type, setting.meaning)
        setting.account_id,
        setting.entity_type,
        setting.meaning,
        named.source_field_id
    from {{ ref('stg_ops__account_fields') }} as setting
    inner join {{ ref('int_crm__named_fields') }} as named
        on
            setting.account_id = named.account_id
            and setting.entity_type = named.entity_type
            and setting.field = named.name
    order by setting.account_id, setting.entity_type, setting.meaning, named.source_field_id::bigint
)

select
    v.account_id,
    v.entity_type,
    v.source_entity_id,
    fields.meaning,
    -- of objects their name, of legal entities asked for a tax number that number
    string_agg(
        nullif(btrim(coalesce(
            case when fields.meaning = 'client_inn' then v.tax_number end, v.object_name, v.value_text
        )), ''),
        ', ' order by v.position
    ) as meaning_value
from fields
inner join {{ ref('int_crm__custom_field_values') }} as v
    on
        fields.account_id = v.account_id
        and fields.entity_type = v.entity_type
        and fields.source_field_id = v.source_field_id
where {{ changed('int_crm__entities__touched', ['v.account_id', 'v.entity_type', 'v.source_entity_id'],
    ['account_id', 'entity_type', 'source_entity_id']) }}
group by v.account_id, v.entity_type, v.source_entity_id, fields.meaning
