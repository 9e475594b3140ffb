-- The stage each lead's record stands in, as received.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id'],
    on_schema_change='fail',
    meta={
        'scope': {'of': 'int_crm__records', 'by': ['account_id', 'lead_id'], 'named': ['account_id', 'entity_id'], 'where': "entity_type = 'leads'"}
    },
    indexes=[{'columns': ['account_id', 'lead_id'], 'unique': true}, {'columns': ['stage_id']}]
) }}

select
    account_id,
    lead_id,
    stage_id
from {{ ref('stg_amocrm__leads') }}
where
    {{ changed(
        'int_crm__records', ['account_id', 'source_lead_id'], ['account_id', 'source_entity_id'], "entity_type = 'leads'"
    ) }}
