-- The events that shape a lead's life, read from JSON once.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['event_id'],
    on_schema_change='fail',
    meta={'log': ['account_id', 'lead_id']},
    indexes=[
        {'columns': ['event_id'], 'unique': true},
        {'columns': ['account_id', 'lead_id']},
        {'columns': ['loaded_at']},
        {'columns': ['from_stage_id']},
        {'columns': ['to_stage_id']},
        {'columns': ['user_id']}
    ]
) }}

select
    account_id,
    entity_id as lead_id,
    event_id,
    source_event_id,
    event_type,
    happened_at,
    user_id,
    loaded_at,
    {{ stage_key("value_before #>> '{lead_status,pipeline_id}'", "value_before #>> '{lead_status,id}'") }}
        as from_stage_id,
    {{ stage_key("value_after #>> '{lead_status,pipeline_id}'", "value_after #>> '{lead_status,id}'") }}
        as to_stage_id,
    {{ entity_key('amocrm', "nullif(value_before #>> '{responsible_user,id}', '0')") }} as from_user_id,
    {{ entity_key('amocrm', "nullif(value_after #>> '{responsible_user,id}', '0')") }} as to_user_id
from {{ ref('stg_amocrm__events') }}
where
    entity_type = 'lead'
    and event_type in (
        'lead_added', 'lead_deleted', 'lead_restored', 'entity_merged',
        'lead_status_changed', 'entity_responsible_changed'
    )
    and {{ loaded_since('loaded_at') }}
