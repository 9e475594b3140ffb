-- The hours each specialist has in a month: what the hours sheet says for it, else the roster's on the month's last day
-- at work. Months with hours or a line of the roster.
with

rostered as (
    select distinct on (roster.account_id, roster.user_id, months.month_start)
        roster.account_id,
        roster.user_id,
        months.month_start,
        roster.hours_per_month
    from {{ ref('int_people__roster') }} as roster
    cross join
        lateral (
            select day::date as month_start
            from generate_series(
                date_trunc('month', roster.from_day::timestamp), roster.to_day::timestamp, interval '1 month'
            ) as day
        ) as months
    where roster.hours_per_month is not null
    order by roster.account_id asc, roster.user_id asc, months.month_start asc, roster.from_day desc
),

known as (
    select
        account_id,
        user_id,
        hours_month as month_start,
        capacity_hours as stated_hours,
        null as rostered_hours
    from {{ ref('stg_sheets__hours') }}
    where user_id is not null
    union all
    select
        account_id,
        user_id,
        month_start,
        null as stated_hours,
        hours_per_month as rostered_hours
    from rostered
)

select
    account_id,
    user_id,
    month_start,
    coalesce(max(stated_hours), max(rostered_hours))::numeric(8, 2) as capacity_hours
from known
group by account_id, user_id, month_start
