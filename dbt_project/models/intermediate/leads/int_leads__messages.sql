-- Messages that users sent to leads and contacts.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['event_id'],
    on_schema_change='fail',
    meta={'log': ['account_id', 'entity_type', 'entity_id']},
    indexes=[
        {'columns': ['event_id'], 'unique': true},
        {'columns': ['account_id', 'entity_id']},
        {'columns': ['loaded_at']}
    ]
) }}

select
    account_id,
    event_id,
    entity_type,
    entity_id,
    user_id,
    happened_at,
    loaded_at
from {{ ref('stg_amocrm__events') }}
where
    event_type in ('outgoing_chat_message', 'outgoing_sms', 'outgoing_mail')
    and entity_type in ('lead', 'contact')
    and user_id is not null
    and {{ loaded_since('loaded_at') }}
