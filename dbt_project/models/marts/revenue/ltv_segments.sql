{{ config(indexes=[{'columns': ['account_id', 'segment_type', 'segment_value']}]) }}

{% set least_ended = 5 %}
{% set churn_months = 12 %}

with

members as (
    select
        *,
        {{ nullable_key("account_id || ':' || segment_type", ['segment_value']) }} as segment_id
    from {{ ref('int_revenue__segments') }}
),

last_closed as (
    select
        account_id,
        max(month_start) as month_start
    from {{ ref('int_revenue__months') }}
    where is_closed
    group by account_id
),

recurring as (
    select
        members.segment_id,
        count(*) filter (where lives.is_gone) as ended_clients,
        avg(lives.paying_months) filter (where lives.is_gone) as mean_lifetime_months,
        sum(lives.mrr) as mrr,
        count(*) filter (where lives.mrr > 0) as paying_clients
    from members
    inner join {{ ref('int_revenue__lives') }} as lives
        on members.account_id = lives.account_id and members.client_id = lives.client_id
    group by members.segment_id
),

churn as (
    select
        members.segment_id,
        count(*) filter (where movements.churn > 0)::numeric
        / nullif(count(*) filter (where movements.mrr_start > 0), 0) as monthly_churn
    from members
    inner join {{ ref('mrr_movements_monthly') }} as movements
        on members.account_id = movements.account_id and members.client_id = movements.client_id
    inner join last_closed
        on
            movements.account_id = last_closed.account_id
            and movements.month_start > last_closed.month_start - interval '{{ churn_months }} months'
            and movements.month_start <= last_closed.month_start
    group by members.segment_id
),

client_ages as (
    select
        payments.account_id,
        payments.client_id,
        payments.amount,
        {{ months_between('clients.cohort_month', 'payments.paid_month') }} as months_since,
        {{ months_between('clients.cohort_month', 'last_closed.month_start') }} + 1 as closed_months
    from {{ ref('int_revenue__payments') }} as payments
    inner join {{ ref('client_ltv') }} as clients
        on payments.account_id = clients.account_id and payments.client_id = clients.client_id
    inner join last_closed on payments.account_id = last_closed.account_id
),

observed as (
    select
        members.segment_id,
        sum(client_ages.amount) filter (where client_ages.closed_months >= 12 and client_ages.months_since < 12)
        / nullif(count(distinct client_ages.client_id) filter (where client_ages.closed_months >= 12), 0)
            as ltv_observed_12,
        sum(client_ages.amount) filter (where client_ages.closed_months >= 24 and client_ages.months_since < 24)
        / nullif(count(distinct client_ages.client_id) filter (where client_ages.closed_months >= 24), 0)
            as ltv_observed_24
    from members
    inner join client_ages
        on members.account_id = client_ages.account_id and members.client_id = client_ages.client_id
    group by members.segment_id
),

segments as (
    select
        segment_id,
        account_id,
        segment_type,
        segment_value,
        count(*) as clients
    from members
    group by segment_id, account_id, segment_type, segment_value
),

valued as (
    select
        segments.*,
        coalesce(recurring.ended_clients, 0) as ended_clients,
        coalesce(recurring.paying_clients, 0) as paying_clients,
        recurring.mean_lifetime_months,
        recurring.mrr / nullif(recurring.paying_clients, 0) as arpa,
        churn.monthly_churn,
        observed.ltv_observed_12,
        observed.ltv_observed_24
    from segments
    left join recurring on segments.segment_id = recurring.segment_id
    left join churn on segments.segment_id = churn.segment_id
    left join observed on segments.segment_id = observed.segment_id
),

priced as (
    select
        valued.*,
        accounts.margin_share,
        accounts.currency_code,
        case when valued.ended_clients >= {{ least_ended }} then valued.mean_lifetime_months * valued.arpa end
            as ltv_simple,
        valued.arpa / nullif(valued.monthly_churn, 0) as ltv_churn,
        expectations.expected_months * valued.arpa as ltv_predicted
    from valued
    inner join {{ ref('stg_ops__accounts') }} as accounts on valued.account_id = accounts.account_id
    left join {{ ref('stg_ops__model_expectations') }} as expectations
        on
            valued.account_id = expectations.account_id
            and expectations.model = 'shifted_beta_geometric'
            and expectations.tenure_months = 0
)

select
    account_id,
    segment_id,
    segment_type,
    segment_value,
    clients::int as clients,
    paying_clients::int as paying_clients,
    ended_clients::int as ended_clients,
    mean_lifetime_months::numeric(9, 2) as mean_lifetime_months,
    arpa::numeric(18, 2) as arpa,
    monthly_churn::numeric(9, 6) as monthly_churn,
    ltv_simple::numeric(18, 2) as ltv_simple,
    ltv_churn::numeric(18, 2) as ltv_churn,
    ltv_observed_12::numeric(18, 2) as ltv_observed_12,
    ltv_observed_24::numeric(18, 2) as ltv_observed_24,
    ltv_predicted::numeric(18, 2) as ltv_predicted,
    null::numeric(18, 2) as cac,
    (ltv_simple * margin_share)::numeric(18, 2) as allowed_cac,
    (ltv_predicted * margin_share)::numeric(18, 2) as allowed_cac_predicted,
    margin_share::numeric(5, 4) as margin_share,
    null::numeric(9, 2) as payback_months,
    currency_code
from priced
