-- Tags and field values that events say were set, as they are compared with the rules of an account.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['event_id', 'item_no'],
    on_schema_change='fail',
    meta={'log': ['account_id', 'lead_id']},
    indexes=[
        {'columns': ['event_id', 'item_no'], 'unique': true},
        {'columns': ['account_id', 'lead_id']},
        {'columns': ['loaded_at']}
    ]
) }}

select
    event.account_id,
    event.entity_id as lead_id,
    event.event_id,
    item.item_no,
    event.happened_at,
    event.loaded_at,
    case event.event_type when 'entity_tag_added' then 'tag' else 'field' end as match_type,
    case event.event_type
        when 'entity_tag_added' then lower(btrim(item.element #>> '{tag,name}'))
        else
            (item.element #>> '{custom_field_value,field_id}')
            || '=' || lower(btrim(item.element #>> '{custom_field_value,text}'))
    end as match_value
from {{ ref('stg_amocrm__events') }} as event
cross join lateral jsonb_array_elements(event.values_after) with ordinality as item (element, item_no)
where
    event.entity_type = 'lead'
    and (event.event_type = 'entity_tag_added' or event.event_type like 'custom\_field\_%value\_changed')
    and {{ loaded_since('event.loaded_at') }}
