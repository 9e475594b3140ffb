{{ config(indexes=[{'columns': ['account_id', 'cohort_month']}]) }}

{% set active_days = 90 %}

with

payments as (
    select
        account_id,
        client_id,
        count(*) as payments,
        count(distinct paid_date) as purchases,
        sum(amount) as revenue,
        min(paid_month) as cohort_month,
        max(paid_month) as last_paid_month,
        max(paid_date) as last_paid_on
    from {{ ref('int_revenue__payments') }}
    group by account_id, client_id
),

contract_clients as (
    select
        contracts.account_id,
        contracts.client_id,
        lives.paying_months,
        lives.tenure_months,
        coalesce(lives.mrr, 0) as mrr,
        coalesce(lives.is_gone, false) as is_gone
    from (
        select distinct
            account_id,
            client_id
        from {{ ref('int_revenue__contracts') }}
        where is_account_currency
    ) as contracts
    left join {{ ref('int_revenue__lives') }} as lives
        on contracts.account_id = lives.account_id and contracts.client_id = lives.client_id
),

expectations as (
    select
        account_id,
        tenure_months,
        expected_months
    from {{ ref('stg_ops__model_expectations') }}
    where model = 'shifted_beta_geometric'
),

purchase_expectations as (
    select
        account_id,
        client_id,
        probability_alive,
        expected_purchases,
        expected_value
    from {{ ref('stg_ops__client_expectations') }}
),

accounts as (
    select
        account_id,
        currency_code,
        margin_share,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('stg_ops__accounts') }}
),

clients as (
    select
        coalesce(payments.account_id, contract_clients.account_id) as account_id,
        coalesce(payments.client_id, contract_clients.client_id) as client_id,
        payments.cohort_month,
        coalesce(payments.payments, 0) as payments,
        coalesce(payments.purchases, 0) as purchases,
        coalesce(payments.revenue, 0) as revenue,
        {{ months_between('payments.cohort_month', 'payments.last_paid_month') }} + 1 as lifetime_months,
        payments.last_paid_on,
        contract_clients.client_id is not null as has_contracts,
        contract_clients.mrr,
        contract_clients.paying_months as mrr_months,
        contract_clients.tenure_months,
        coalesce(contract_clients.is_gone, false) as is_churned
    from payments
    full outer join contract_clients
        on payments.account_id = contract_clients.account_id and payments.client_id = contract_clients.client_id
)

select
    clients.account_id,
    clients.client_id,
    clients.cohort_month,
    clients.payments::int as payments,
    clients.purchases::int as purchases,
    clients.revenue::numeric(18, 2) as revenue,
    (clients.revenue * accounts.margin_share)::numeric(18, 2) as margin,
    clients.lifetime_months,
    clients.mrr::numeric(18, 2) as mrr,
    clients.mrr_months,
    clients.tenure_months,
    case
        when clients.has_contracts then clients.mrr > 0
        else clients.last_paid_on >= accounts.today - {{ active_days }}
    end as is_active,
    clients.is_churned,
    expectations.expected_months::numeric(12, 6) as expected_months,
    case when not clients.has_contracts then bought.probability_alive end::numeric(9, 6) as probability_alive,
    case when not clients.has_contracts then bought.expected_purchases end::numeric(12, 6) as expected_purchases,
    case
        when clients.is_churned then clients.revenue
        when clients.has_contracts then clients.revenue + expectations.expected_months * clients.mrr
        else clients.revenue + bought.expected_purchases * bought.expected_value
    end::numeric(18, 2) as ltv_predicted,
    null::numeric(18, 2) as cac,
    null::numeric(9, 2) as payback_months,
    accounts.currency_code
from clients
inner join accounts on clients.account_id = accounts.account_id
left join expectations
    on clients.account_id = expectations.account_id and clients.tenure_months = expectations.tenure_months
left join purchase_expectations as bought
    on clients.account_id = bought.account_id and clients.client_id = bought.client_id
