-- A square of cells: those past the data are there, and unknown.
with

months as (
    select
        account_id,
        month_start,
        is_closed,
        max(month_start) over (partition by account_id) as last_month
    from {{ ref('int_revenue__months') }}
),

firsts as (
    select
        account_id,
        client_id,
        min(paid_month) as cohort_month
    from {{ ref('int_revenue__payments') }}
    group by account_id, client_id
),

cohorts as (
    select
        account_id,
        cohort_month,
        count(*) as clients,
        min(cohort_month) over (partition by account_id) as first_cohort
    from firsts
    group by account_id, cohort_month
),

paid as (
    select
        payments.account_id,
        firsts.cohort_month,
        payments.paid_month as month_start,
        count(distinct payments.client_id) filter (where payments.amount >= 0) as active_clients,
        sum(payments.amount) as revenue
    from {{ ref('int_revenue__payments') }} as payments
    inner join firsts on payments.account_id = firsts.account_id and payments.client_id = firsts.client_id
    group by payments.account_id, firsts.cohort_month, payments.paid_month
),

-- As many cells for each cohort as the oldest one has months.
cells as (
    select
        cohorts.account_id,
        cohorts.cohort_month,
        cohorts.clients,
        {{ months_between('cohorts.first_cohort', 'months.month_start') }} as months_since
    from cohorts
    inner join months
        on cohorts.account_id = months.account_id and cohorts.first_cohort <= months.month_start
),

filled as (
    select
        cells.account_id,
        cells.cohort_month,
        cells.months_since,
        cells.clients,
        months.month_start is not null as has_happened,
        coalesce(months.is_closed, false) as is_closed,
        case when months.month_start is not null then coalesce(paid.active_clients, 0) end as active_clients,
        case when months.month_start is not null then coalesce(paid.revenue, 0) end as revenue
    from cells
    left join months
        on
            cells.account_id = months.account_id
            and (cells.cohort_month + make_interval(months => cells.months_since))::date = months.month_start
    left join paid
        on
            cells.account_id = paid.account_id
            and cells.cohort_month = paid.cohort_month
            and months.month_start = paid.month_start
)

select
    account_id,
    cohort_month,
    months_since,
    clients::int as clients,
    active_clients::int as active_clients,
    (active_clients::numeric / clients)::numeric(9, 6) as retention,
    revenue::numeric(18, 2) as revenue,
    case
        when has_happened
            then
                sum(revenue) over (partition by account_id, cohort_month order by months_since) / clients
    end::numeric(18, 2) as cumulative_revenue_per_client,
    is_closed
from filled
