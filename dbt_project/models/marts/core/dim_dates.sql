{{ config(indexes=[
    {'columns': ['account_id', 'date_day'], 'unique': true},
    {'columns': ['account_id', 'month_start']},
]) }}

with days as (
    select
        account.account_id,
        account.country_code,
        account.work_weekdays,
        day::date as date_day
    from {{ ref('stg_ops__accounts') }} as account
    cross join generate_series(
        timestamp '2015-01-01',
        date_trunc('year', {{ as_of() }} at time zone 'UTC') + interval '2 years - 1 day',
        interval '1 day'
    ) as day
)

select
    days.account_id,
    days.date_day,
    date_trunc('week', days.date_day)::date as week_start,
    date_trunc('month', days.date_day)::date as month_start,
    date_trunc('quarter', days.date_day)::date as quarter_start,
    extract(year from days.date_day)::int as year,
    extract(isodow from days.date_day)::int as iso_weekday,
    coalesce(exception.is_working_day, extract(isodow from days.date_day)::int = any(days.work_weekdays))
        as is_working_day
from days
left join {{ ref('production_calendar') }} as exception
    on days.country_code = exception.country_code and days.date_day = exception.date_day
