-- The period of each kind that today lies in, with its working days by the account's production calendar, and how many
-- of them have begun: today's figures are counted, so today counts too.
with

today as (
    select
        account_id,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('stg_ops__accounts') }}
),

periods as (
    select
        today.account_id,
        today.today,
        period.period_type,
        period.period_start
    from today
    cross join lateral ({{ periods_of('today.today') }}) as period (period_type, period_start)
)

select
    periods.account_id,
    periods.period_type,
    periods.period_start,
    count(*) filter (where dates.is_working_day) as working_days,
    count(*) filter (where dates.is_working_day and dates.date_day <= periods.today) as elapsed_working_days
from periods
inner join {{ ref('dim_dates') }} as dates
    on
        periods.account_id = dates.account_id
        and periods.period_start <= dates.date_day
        and periods.period_start + {{ period_length('periods.period_type') }} > dates.date_day
group by periods.account_id, periods.period_type, periods.period_start
