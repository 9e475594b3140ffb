with payments as (
    select
        *,
        date_trunc('month', paid_date::timestamp)::date as month_start
    from {{ ref('int_payments__unioned') }}
    where not is_deleted and is_account_currency
)

select
    payments.account_id,
    {{ nullable_key("payments.account_id || ':' || to_char(payments.month_start, 'YYYY-MM')", ['payments.client_id']) }}
        as reconciliation_id,
    payments.month_start,
    payments.client_id,
    count(*) filter (where payments.source = 'bank')::int as bank_payments,
    (count(*) filter (where payments.source = 'transactions'))::int as crm_payments,
    (coalesce(sum(payments.amount) filter (where payments.source = 'bank'), 0))::numeric(18, 2) as bank_amount,
    (coalesce(sum(payments.amount) filter (where payments.source = 'transactions'), 0))::numeric(18, 2) as crm_amount,
    (
        coalesce(sum(payments.amount) filter (where payments.source = 'bank'), 0)
        - coalesce(sum(payments.amount) filter (where payments.source = 'transactions'), 0)
    )::numeric(18, 2) as difference
from payments
group by payments.account_id, payments.month_start, payments.client_id
