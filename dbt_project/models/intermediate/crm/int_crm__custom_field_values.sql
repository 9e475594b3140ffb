{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    on_schema_change='fail',
    meta={'scope': {'of': 'int_crm__records', 'by': ['account_id', 'entity_type', 'source_entity_id']}},
    indexes=[{'columns': ['account_id', 'entity_type', 'source_entity_id', 'source_field_id']}]
) }}

select *
from {{ ref('stg_amocrm__custom_field_values') }}
where {{ changed('int_crm__records', ['account_id', 'entity_type', 'source_entity_id']) }}
