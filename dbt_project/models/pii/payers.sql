{{ config(indexes=[{'columns': ['account_id', 'payment_id'], 'unique': true}]) }}

select
    account_id,
    payment_id,
    party_name as payer_name,
    party_inn as payer_inn,
    purpose,
    is_company
from {{ ref('int_payments__bank') }}
