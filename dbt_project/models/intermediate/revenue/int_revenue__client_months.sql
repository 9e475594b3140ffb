-- Each client's months from its first contract on: what it pays a month, and whether it pauses or has gone.
{{ config(indexes=[{'columns': ['account_id', 'client_id', 'month_start'], 'unique': true}]) }}

{% set pause_under_days = 60 %}

with

contracts as (
    select *
    from {{ ref('int_revenue__contracts') }}
    where is_account_currency
),

clients as (
    select
        account_id,
        client_id,
        date_trunc('month', min(started_on)::timestamp)::date as first_month
    from contracts
    group by account_id, client_id
),

fees as (
    select
        account_id,
        client_id,
        month_start,
        sum(mrr) as mrr,
        count(*) as contracts
    from {{ ref('fct_contract_months') }}
    where is_account_currency
    group by account_id, client_id, month_start
),

client_months as (
    select
        clients.account_id,
        clients.client_id,
        months.month_start,
        months.as_of_day,
        months.is_closed,
        coalesce(fees.mrr, 0) as mrr,
        coalesce(fees.contracts, 0) as contracts
    from clients
    inner join {{ ref('int_revenue__months') }} as months
        on clients.account_id = months.account_id and clients.first_month <= months.month_start
    left join fees
        on
            clients.account_id = fees.account_id
            and clients.client_id = fees.client_id
            and months.month_start = fees.month_start
),

-- The gap over a month's end: from the last day of service before it to the first one after it.
gaps as (
    select
        client_months.account_id,
        client_months.client_id,
        client_months.month_start,
        min(contracts.started_on) filter (where contracts.started_on > client_months.as_of_day)
        - max(contracts.ended_on) filter (where contracts.ended_on < client_months.as_of_day) as gap_days
    from client_months
    inner join contracts
        on client_months.account_id = contracts.account_id and client_months.client_id = contracts.client_id
    where client_months.contracts = 0
    group by client_months.account_id, client_months.client_id, client_months.month_start
),

judged as (
    select
        client_months.*,
        client_months.contracts = 0 and coalesce(gaps.gap_days < {{ pause_under_days }}, false) as is_paused,
        coalesce(lag(client_months.mrr) over months, 0) as mrr_before,
        count(*) filter (where client_months.mrr > 0) over months as paying_months
    from client_months
    left join gaps
        on
            client_months.account_id = gaps.account_id
            and client_months.client_id = gaps.client_id
            and client_months.month_start = gaps.month_start
    window
        months as (
            partition by client_months.account_id, client_months.client_id order by client_months.month_start
        )
),

-- Months between two paying ones share their count: who is gone in one of them comes back, who is not only paused.
departures as (
    select
        *,
        contracts = 0 and not is_paused and paying_months > 0 as is_gone,
        bool_or(contracts = 0 and not is_paused and paying_months > 0) over (
            partition by account_id, client_id, paying_months order by month_start
        ) as has_left
    from judged
)

select
    account_id,
    client_id,
    month_start,
    as_of_day,
    is_closed,
    contracts,
    mrr,
    mrr_before,
    is_paused,
    is_gone,
    paying_months > case when mrr > 0 then 1 else 0 end as has_paid_before,
    coalesce(lag(has_left) over (partition by account_id, client_id order by month_start), false) as had_left
from departures
