-- Payments that count: not deleted, made by now, in the account's currency, of a known client.
select
    payments.account_id,
    payments.client_id,
    payments.payment_id,
    payments.amount,
    payments.paid_date,
    date_trunc('month', payments.paid_date::timestamp)::date as paid_month
from {{ ref('fct_payments') }} as payments
where
    not payments.is_deleted
    and payments.is_account_currency
    and payments.client_id is not null
    and payments.paid_at <= {{ as_of() }}
