{{ config(indexes=[{'columns': ['account_id', 'lead_id']}, {'columns': ['account_id', 'contact_id']}]) }}

select
    account_id,
    lead_id,
    contact_id,
    bool_or(is_main) as is_main
from {{ ref('stg_amocrm__lead_contacts') }}
group by account_id, lead_id, contact_id
