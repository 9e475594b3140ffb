-- The CRM's purchases. They name a buyer, not a lead or a service: those stay unknown rather than guessed.
{{ config(indexes=[
    {'columns': ['account_id', 'paid_date']},
    {'columns': ['client_id', 'paid_date']}
]) }}

with

transactions as (
    select * from {{ ref('stg_amocrm__transactions') }}
),

customers as (
    select * from {{ ref('stg_amocrm__customers') }}
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
)

select
    transactions.account_id,
    transactions.transaction_id as payment_id,
    transactions.source_transaction_id as source_payment_id,
    coalesce(
        customers.client_id,
        {{ entity_key('amocrm', "'customer:' || transactions.source_customer_id", 'transactions.account_id') }}
    ) as client_id,
    transactions.source_customer_id,
    null::text as lead_id,
    null::text as service,
    transactions.comment,
    transactions.amount,
    accounts.currency_code as currency,
    transactions.is_deleted,
    coalesce(transactions.completed_at, transactions.created_at) as paid_at,
    {{ local_date('coalesce(transactions.completed_at, transactions.created_at)', 'accounts.time_zone') }} as paid_date
from transactions
inner join accounts on transactions.account_id = accounts.account_id
left join customers
    on
        transactions.account_id = customers.account_id
        and transactions.source_customer_id = customers.source_customer_id
