-- Money received by day, for the client's account manager of today.
select
    payments.account_id,
    'payments_amount' as metric_id,
    payments.paid_date as date_day,
    clients.account_manager_id as user_id,
    sum(payments.amount) as numerator,
    null::numeric as denominator
from {{ ref('fct_payments') }} as payments
left join {{ ref('dim_clients') }} as clients
    on payments.account_id = clients.account_id and payments.client_id = clients.client_id
where not payments.is_deleted and payments.is_account_currency
group by payments.account_id, payments.paid_date, clients.account_manager_id
