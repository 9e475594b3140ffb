-- Months from an account's first contract or payment to the running one. The running month is seen as it stands today.
with

beginnings as (
    select
        account_id,
        started_on as first_day
    from {{ ref('int_revenue__contracts') }}
    union all
    select
        account_id,
        paid_date as first_day
    from {{ ref('int_revenue__payments') }}
),

accounts as (
    select
        account_id,
        closing_grace_days,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('stg_ops__accounts') }}
),

spans as (
    select
        accounts.account_id,
        accounts.closing_grace_days,
        accounts.today,
        min(beginnings.first_day) as first_day
    from beginnings
    inner join accounts on beginnings.account_id = accounts.account_id
    group by accounts.account_id, accounts.closing_grace_days, accounts.today
)

select
    spans.account_id,
    month.starts_at::date as month_start,
    least((month.starts_at + interval '1 month')::date - 1, spans.today) as as_of_day,
    (month.starts_at + interval '1 month')::date + spans.closing_grace_days <= spans.today as is_closed
from spans
cross join
    lateral generate_series(
        date_trunc('month', spans.first_day::timestamp), spans.today::timestamp, interval '1 month'
    ) as month (starts_at)
