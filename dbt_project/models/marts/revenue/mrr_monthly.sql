with

months as (
    select
        account_id,
        month_start,
        is_closed,
        sum(mrr_start) as mrr_start,
        sum(new) as new,
        sum(expansion) as expansion,
        sum(indexation) as indexation,
        sum(contraction) as contraction,
        sum(churn) as churn,
        sum(reactivation) as reactivation,
        sum(mrr_end) as mrr_end,
        sum(expansion) filter (where mrr_start > 0) as expansion_of_starting,
        count(*) filter (where mrr_start > 0) as clients_start,
        count(*) filter (where mrr_end > 0) as clients_end,
        count(*) filter (where new > 0) as clients_new,
        count(*) filter (where churn > 0) as clients_churned,
        count(*) filter (where reactivation > 0) as clients_reactivated,
        count(*) filter (where is_paused) as clients_paused
    from {{ ref('mrr_movements_monthly') }}
    group by account_id, month_start, is_closed
),

retained as (
    select
        *,
        mrr_start - contraction - churn as kept,
        coalesce(expansion_of_starting, 0) as grown
    from months
)

select
    retained.account_id,
    retained.month_start,
    retained.mrr_start::numeric(18, 2) as mrr_start,
    retained.new::numeric(18, 2) as new,
    retained.expansion::numeric(18, 2) as expansion,
    retained.indexation::numeric(18, 2) as indexation,
    retained.contraction::numeric(18, 2) as contraction,
    retained.churn::numeric(18, 2) as churn,
    retained.reactivation::numeric(18, 2) as reactivation,
    retained.mrr_end::numeric(18, 2) as mrr_end,
    retained.clients_start::int as clients_start,
    retained.clients_new::int as clients_new,
    retained.clients_churned::int as clients_churned,
    retained.clients_reactivated::int as clients_reactivated,
    retained.clients_paused::int as clients_paused,
    retained.clients_end::int as clients_end,
    (retained.mrr_end / nullif(retained.clients_end, 0))::numeric(18, 2) as arpa,
    (retained.kept / nullif(retained.mrr_start, 0))::numeric(12, 6) as grr,
    ((retained.kept + retained.grown) / nullif(retained.mrr_start, 0))::numeric(12, 6) as nrr,
    ((retained.kept + retained.grown + retained.reactivation) / nullif(retained.mrr_start, 0))::numeric(12, 6)
        as nrr_with_reactivation,
    (retained.clients_churned::numeric / nullif(retained.clients_start, 0))::numeric(9, 6) as logo_churn,
    accounts.currency_code,
    retained.is_closed
from retained
inner join {{ ref('stg_ops__accounts') }} as accounts on retained.account_id = accounts.account_id
