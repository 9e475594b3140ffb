-- What clients without a recurring contract had bought by the end of the last closed month: the data of the models of
-- irregular purchases. Payments of one day are one purchase; a refund is part of its day.
{{ config(indexes=[{'columns': ['account_id', 'client_id'], 'unique': true}]) }}

with

cuts as (
    select
        account_id,
        max(as_of_day) as data_cut
    from {{ ref('int_revenue__months') }}
    where is_closed
    group by account_id
),

contract_clients as (
    select distinct
        account_id,
        client_id
    from {{ ref('int_revenue__contracts') }}
),

purchases as (
    select
        payments.account_id,
        payments.client_id,
        cuts.data_cut,
        payments.paid_date,
        sum(payments.amount) as amount,
        min(payments.paid_date) over (partition by payments.account_id, payments.client_id) as first_date
    from {{ ref('int_revenue__payments') }} as payments
    inner join cuts on payments.account_id = cuts.account_id and payments.paid_date <= cuts.data_cut
    left join contract_clients
        on payments.account_id = contract_clients.account_id and payments.client_id = contract_clients.client_id
    where contract_clients.client_id is null
    group by payments.account_id, payments.client_id, cuts.data_cut, payments.paid_date
)

select
    account_id,
    client_id,
    data_cut,
    (count(*) - 1)::int as repeats,
    max(paid_date) - first_date as recency_days,
    data_cut - first_date as age_days,
    coalesce(avg(amount) filter (where paid_date > first_date), 0)::numeric(18, 2) as mean_repeat_value
from purchases
group by account_id, client_id, data_cut, first_date
