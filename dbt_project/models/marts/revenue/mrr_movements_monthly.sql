{{ config(indexes=[{'columns': ['account_id', 'month_start']}]) }}

with

movements as (
    select
        *,
        greatest(mrr - mrr_before, 0) as gain,
        greatest(mrr_before - mrr, 0) as loss
    from {{ ref('int_revenue__client_months') }}
),

steps as (
    select
        account_id,
        client_id,
        change_reason,
        date_trunc('month', started_on::timestamp)::date as month_start,
        monthly_fee - lag(monthly_fee) over (
            partition by account_id, client_id, service order by started_on, contract_id
        ) as step
    from {{ ref('int_revenue__contracts') }}
    where is_account_currency
),

indexations as (
    select
        account_id,
        client_id,
        month_start,
        sum(step) as amount
    from steps
    where change_reason = 'indexation' and step > 0
    group by account_id, client_id, month_start
),

named as (
    select
        *,
        case when has_paid_before and not had_left then gain else 0 end as expansion
    from movements
)

select
    named.account_id,
    named.client_id,
    named.month_start,
    named.mrr_before::numeric(18, 2) as mrr_start,
    (case when named.has_paid_before then 0 else named.gain end)::numeric(18, 2) as new,
    named.expansion::numeric(18, 2) as expansion,
    least(named.expansion, coalesce(indexations.amount, 0))::numeric(18, 2) as indexation,
    (case when named.is_gone then 0 else named.loss end)::numeric(18, 2) as contraction,
    (case when named.is_gone then named.loss else 0 end)::numeric(18, 2) as churn,
    (case when named.had_left then named.gain else 0 end)::numeric(18, 2) as reactivation,
    named.mrr::numeric(18, 2) as mrr_end,
    named.contracts::int as contracts,
    named.is_paused,
    named.is_gone,
    named.is_closed
from named
left join indexations
    on
        named.account_id = indexations.account_id
        and named.client_id = indexations.client_id
        and named.month_start = indexations.month_start
