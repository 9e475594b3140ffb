-- Payments of the source that the account counts. The CRM's purchases name a buyer, not a lead or a service: those stay
-- unknown rather than guessed.
{{ config(indexes=[
    {'columns': ['account_id', 'paid_date']},
    {'columns': ['client_id', 'paid_date']}
]) }}

select
    account_id,
    payment_id,
    source_payment_id,
    client_id,
    source_customer_id,
    null::text as lead_id,
    service,
    comment,
    amount,
    currency,
    source,
    matched_by,
    is_refund,
    payer_key,
    is_account_currency,
    is_deleted,
    paid_at,
    paid_date
from {{ ref('int_payments__unioned') }}
where is_counted
