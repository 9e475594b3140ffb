{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'entity_type', 'source_entity_id'],
    on_schema_change='fail',
    meta={'log': ['account_id', 'entity_type', 'source_entity_id', 'entity_id']},
    indexes=[
        {'columns': ['account_id', 'entity_type', 'source_entity_id'], 'unique': true},
        {'columns': ['entity_type', 'loaded_at']},
    ]
) }}
-- Which version of each CRM record the models have read. A new version, a mark of deletion and its removal change it;
-- of a stripped record, whose contents are an earlier version's, so does a version that came late.
with

records as (
    {{ record_versions(['leads', 'contacts', 'companies', 'customers', 'notes', 'segments', 'catalog_elements']) }}
),

late as (
    select
        account_id,
        source_id,
        max(replaced_at) as history_at
    from {{ source('amocrm', 'leads_history') }}
    group by account_id, source_id
)

select
    records.account_id,
    records.entity_type,
    records.source_entity_id,
    {{ entity_key('amocrm', 'records.source_entity_id', 'records.account_id') }} as entity_id,
    records.loaded_at,
    records.deleted_at,
    records.deletion_kind,
    case when records.deleted_at is not null then late.history_at end as history_at
from records
left join late
    on
        records.account_id = late.account_id
        and records.source_entity_id = late.source_id
        and records.entity_type = 'leads'
        and records.deleted_at is not null
