-- Each contract client as it stands at the end of the last closed month: its first life, which the churn model is
-- fitted on, and the life it is in.
{{ config(indexes=[{'columns': ['account_id', 'client_id'], 'unique': true}]) }}

with

closed_months as (
    select *
    from {{ ref('int_revenue__client_months') }}
    where is_closed
),

lives as (
    select
        account_id,
        client_id,
        min(month_start) filter (where mrr > 0) as first_month,
        min(month_start) filter (where is_gone) as churned_month,
        max(month_start) filter (where mrr > 0 and (not has_paid_before or had_left)) as life_month,
        max(month_start) as last_month,
        count(*) filter (where mrr > 0) as paying_months
    from closed_months
    group by account_id, client_id
)

select
    lives.account_id,
    lives.client_id,
    lives.first_month,
    lives.churned_month,
    lives.last_month,
    lives.paying_months::int as paying_months,
    lives.churned_month is not null as has_churned,
    case
        when lives.churned_month is not null then {{ months_between('lives.first_month', 'lives.churned_month') }}
        else {{ months_between('lives.first_month', 'lives.last_month') }} + 1
    end as first_life_months,
    standing.is_gone,
    standing.mrr,
    case
        when not standing.is_gone then {{ months_between('lives.life_month', 'lives.last_month') }} + 1
    end as tenure_months
from lives
inner join closed_months as standing
    on
        lives.account_id = standing.account_id
        and lives.client_id = standing.client_id
        and lives.last_month = standing.month_start
where lives.first_month is not null
