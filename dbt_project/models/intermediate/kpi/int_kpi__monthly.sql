-- Parts of metrics that no day has: fees, pay and lives of clients come by month. Of clients, for their account
-- manager of today. Pay is set against the turnover of the months the sheet of pay has; another currency than the
-- account's is not counted.
with

clients as (
    select * from {{ ref('dim_clients') }}
),

turnover as (
    select
        account_id,
        user_id,
        date_trunc('month', date_day::timestamp)::date as month_start,
        numerator as amount
    from {{ ref('int_kpi__payments_daily') }}
),

fees as (
    select
        months.account_id,
        clients.account_manager_id as user_id,
        months.month_start,
        months.mrr
    from {{ ref('int_revenue__client_months') }} as months
    left join clients on months.account_id = clients.account_id and months.client_id = clients.client_id
    where months.mrr > 0
),

pay as (
    select
        payroll.account_id,
        payroll.user_id,
        payroll.pay_month as month_start,
        payroll.amount
    from {{ ref('stg_sheets__payroll') }} as payroll
    inner join {{ ref('stg_ops__accounts') }} as accounts
        on payroll.account_id = accounts.account_id and payroll.currency_code = accounts.currency_code
),

fee_months as (
    select distinct
        account_id,
        month_start
    from fees
),

pay_months as (
    select distinct
        account_id,
        month_start
    from pay
),

contributions as (
    select
        account_id,
        'mrr_managed' as metric_id,
        month_start,
        user_id,
        mrr as numerator,
        null as denominator
    from fees
    union all
    select
        account_id,
        'turnover_to_active' as metric_id,
        month_start,
        user_id,
        null as numerator,
        mrr as denominator
    from fees
    union all
    select
        turnover.account_id,
        'turnover_to_active' as metric_id,
        turnover.month_start,
        turnover.user_id,
        turnover.amount as numerator,
        null as denominator
    from turnover
    inner join fee_months
        on turnover.account_id = fee_months.account_id and turnover.month_start = fee_months.month_start
    union all
    select
        account_id,
        'payroll_to_turnover' as metric_id,
        month_start,
        user_id,
        amount as numerator,
        null as denominator
    from pay
    union all
    select
        turnover.account_id,
        'payroll_to_turnover' as metric_id,
        turnover.month_start,
        turnover.user_id,
        null as numerator,
        turnover.amount as denominator
    from turnover
    inner join pay_months
        on turnover.account_id = pay_months.account_id and turnover.month_start = pay_months.month_start
    union all
    select
        lives.account_id,
        'service_lifetime_months' as metric_id,
        lives.churned_month as month_start,
        clients.account_manager_id as user_id,
        lives.first_life_months as numerator,
        1 as denominator
    from {{ ref('int_revenue__lives') }} as lives
    left join clients on lives.account_id = clients.account_id and lives.client_id = clients.client_id
    where lives.has_churned
)

select
    account_id,
    metric_id,
    month_start,
    user_id,
    sum(numerator)::numeric as numerator,
    sum(denominator)::numeric as denominator
from contributions
group by account_id, metric_id, month_start, user_id
