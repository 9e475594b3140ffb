-- The CRM's notes that name a call.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['note_id'],
    on_schema_change='fail',
    meta={
        'scope': {'of': 'int_crm__records', 'by': ['account_id', 'note_id'], 'named': ['account_id', "account_id || ':amocrm:note:' || source_entity_id"], 'where': "entity_type = 'notes'"},
        'log': ['account_id', 'source_call_id', 'entity_type', 'entity_id']
    },
    indexes=[
        {'columns': ['account_id', 'note_id'], 'unique': true},
        {'columns': ['account_id', 'source_call_id']},
        {'columns': ['account_id', 'entity_id']}
    ]
) }}

select
    account_id,
    note_id,
    source_note_id,
    source_call_id,
    entity_type,
    entity_id
from {{ ref('stg_amocrm__notes') }}
where
    source_call_id is not null
    and note_type in ('call_in', 'call_out')
    and not is_deleted
    and {{ changed(
        'int_crm__records', ['account_id', 'source_record_id'], ['account_id', 'source_entity_id'], "entity_type = 'notes'"
    ) }}
