-- Every payment that any source tells. One payment may stand in the bank's statements and in the CRM: an account
-- counts one source only (is_counted), the others are for comparing. What went out to nobody known is no payment.
with

transactions as (
    select * from {{ ref('stg_amocrm__transactions') }}
),

customers as (
    select * from {{ ref('stg_amocrm__customers') }}
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
),

bank as (
    select * from {{ ref('int_payments__bank') }}
    where client_id is not null or not is_refund
),

purchases as (
    select
        transactions.account_id,
        'transactions' as source,
        transactions.transaction_id as payment_id,
        transactions.source_transaction_id as source_payment_id,
        coalesce(
            customers.client_id,
            {{ entity_key('amocrm', "'customer:' || transactions.source_customer_id", 'transactions.account_id') }}
        ) as client_id,
        transactions.source_customer_id,
        null::text as service,
        transactions.comment,
        transactions.amount,
        accounts.currency_code as currency,
        'crm' as matched_by,
        transactions.amount < 0 as is_refund,
        null::text as payer_key,
        transactions.is_deleted,
        coalesce(transactions.completed_at, transactions.created_at) as paid_at,
        {{ local_date('coalesce(transactions.completed_at, transactions.created_at)', 'accounts.time_zone') }}
            as paid_date
    from transactions
    inner join accounts on transactions.account_id = accounts.account_id
    left join customers
        on
            transactions.account_id = customers.account_id
            and transactions.source_customer_id = customers.source_customer_id
),

transfers as (
    select
        account_id,
        'bank' as source,
        payment_id,
        source_payment_id,
        client_id,
        null::text as source_customer_id,
        service,
        case when is_company then purpose end as comment,
        amount,
        currency_code as currency,
        matched_by,
        is_refund,
        payer_key,
        false as is_deleted,
        paid_at,
        paid_date
    from bank
),

unioned as (
    select * from purchases
    union all
    select * from transfers
)

select
    unioned.*,
    unioned.source = accounts.payments_truth as is_counted,
    unioned.currency = accounts.currency_code as is_account_currency
from unioned
inner join accounts on unioned.account_id = accounts.account_id
