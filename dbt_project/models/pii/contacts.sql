{{ config(indexes=[{'columns': ['account_id', 'contact_id'], 'unique': true}]) }}

with reachable as (
    select
        value.account_id,
        value.entity_id as contact_id,
        array_agg(distinct{{ phone_digits('value.value_text', 'account.country_code') }})
        filter (where value.field_code = 'PHONE') as phone_list,
        array_agg(distinct lower(btrim(value.value_text))) filter (where value.field_code = 'EMAIL') as email_list
    from {{ ref('int_crm__custom_field_values') }} as value
    inner join {{ ref('stg_ops__accounts') }} as account on value.account_id = account.account_id
    where value.entity_type = 'contacts' and value.field_code in ('PHONE', 'EMAIL')
    group by value.account_id, value.entity_id
)

select
    contact.account_id,
    contact.contact_id,
    contact.source_contact_id,
    contact.contact_name,
    nullif(array_to_string(reachable.phone_list, ', '), '') as phones,
    nullif(array_to_string(reachable.email_list, ', '), '') as emails,
    {{ entity_key('amocrm', 'contact.source_company_id', 'contact.account_id') }} as client_id,
    contact.is_deleted
from {{ ref('stg_amocrm__contacts') }} as contact
left join reachable
    on contact.account_id = reachable.account_id and contact.contact_id = reachable.contact_id
