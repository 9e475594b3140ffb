-- Payments of one day are one purchase; a day of nothing but refunds is none. Each month's end looks at the purchases
-- made by then only.
{% set lapsed_after_gaps = 2 %}

with

purchases as (
    select
        account_id,
        client_id,
        paid_date,
        paid_date - lag(paid_date) over (partition by account_id, client_id order by paid_date) as gap_days
    from {{ ref('int_revenue__payments') }}
    where amount >= 0
    group by account_id, client_id, paid_date
),

client_states as (
    select
        months.account_id,
        months.month_start,
        months.is_closed,
        purchases.client_id,
        count(*) as purchase_days,
        months.as_of_day - max(purchases.paid_date) as silent_days,
        percentile_cont(0.5) within group (order by purchases.gap_days) as median_gap_days
    from {{ ref('int_revenue__months') }} as months
    inner join purchases on months.account_id = purchases.account_id and months.as_of_day >= purchases.paid_date
    group by months.account_id, months.month_start, months.is_closed, months.as_of_day, purchases.client_id
),

gaps as (
    select
        months.account_id,
        months.month_start,
        percentile_cont(0.5) within group (order by purchases.gap_days) as median_gap_days
    from {{ ref('int_revenue__months') }} as months
    inner join purchases on months.account_id = purchases.account_id and months.as_of_day >= purchases.paid_date
    group by months.account_id, months.month_start
),

counted as (
    select
        account_id,
        month_start,
        is_closed,
        count(*) as clients,
        count(*) filter (where purchase_days = 1) as once,
        count(*) filter (where purchase_days > 1) as repeated,
        count(*) filter (where silent_days > {{ lapsed_after_gaps }} * median_gap_days) as lapsed
    from client_states
    group by account_id, month_start, is_closed
)

select
    counted.account_id,
    counted.month_start,
    counted.clients::int as clients,
    counted.once::int as clients_once,
    counted.repeated::int as clients_repeat,
    counted.lapsed::int as clients_lapsed,
    (counted.once::numeric / counted.clients)::numeric(9, 6) as once_share,
    (counted.repeated::numeric / counted.clients)::numeric(9, 6) as repeat_share,
    (counted.lapsed::numeric / counted.clients)::numeric(9, 6) as lapsed_share,
    gaps.median_gap_days::numeric(9, 1) as median_gap_days,
    counted.is_closed
from counted
inner join gaps on counted.account_id = gaps.account_id and counted.month_start = gaps.month_start
