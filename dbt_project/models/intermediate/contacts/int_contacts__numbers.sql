-- The numbers of every contact, already as keys: digits stay in schema pii.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'contact_id', 'number_key'],
    on_schema_change='fail',
    meta={
        'scope': {'of': 'int_crm__records', 'by': ['account_id', 'contact_id'], 'named': ['account_id', 'entity_id'], 'where': "entity_type = 'contacts'"},
        'log': ['account_id', 'contact_id', 'number_key']
    },
    indexes=[{'columns': ['account_id', 'number_key']}, {'columns': ['account_id', 'contact_id']}]
) }}

with digits as (
    select distinct
        phone.account_id,
        phone.entity_id as contact_id,
        phone.source_entity_id as source_contact_id,
        {{ phone_digits('phone.value_text', 'account.country_code') }} as number_digits
    from {{ ref('int_crm__custom_field_values') }} as phone
    inner join {{ ref('stg_ops__accounts') }} as account on phone.account_id = account.account_id
    where
        phone.entity_type = 'contacts'
        and phone.field_code = 'PHONE'
        and {{ changed(
            'int_crm__records',
            ['phone.account_id', 'phone.source_entity_id'],
            ['account_id', 'source_entity_id'],
            "entity_type = 'contacts'"
        ) }}
)

select
    account_id,
    contact_id,
    source_contact_id,
    {{ number_key('number_digits') }} as number_key
from digits
where number_digits is not null
