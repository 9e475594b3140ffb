{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id', 'contact_id'],
    on_schema_change='fail',
    meta={
        'scope': {'of': 'int_crm__records', 'by': ['account_id', 'lead_id'], 'named': ['account_id', 'entity_id'], 'where': "entity_type = 'leads'"},
        'log': ['account_id', 'lead_id', 'contact_id']
    },
    indexes=[{'columns': ['account_id', 'lead_id']}, {'columns': ['account_id', 'contact_id']}]
) }}

select
    account_id,
    lead_id,
    contact_id,
    bool_or(is_main) as is_main
from {{ ref('stg_amocrm__lead_contacts') }}
where
    {{ changed(
        'int_crm__records', ['account_id', 'source_lead_id'], ['account_id', 'source_entity_id'], "entity_type = 'leads'"
    ) }}
group by account_id, lead_id, contact_id
