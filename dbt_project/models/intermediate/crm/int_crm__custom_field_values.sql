{{ config(indexes=[{'columns': ['account_id', 'entity_type', 'source_entity_id', 'source_field_id']}]) }}

select * from {{ ref('stg_amocrm__custom_field_values') }}
