{{ config(indexes=[{'columns': ['account_id', 'date_day']}]) }}

with

accounts as (
    select
        account_id,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('stg_ops__accounts') }}
),

changes as (
    select
        violations.account_id,
        -- nobody is a holder too: a missing user joins nothing
        coalesce(violations.user_id, '') as holder,
        violations.rule,
        change.date_day,
        sum(change.broken) as broken,
        sum(change.fixed) as fixed
    from {{ ref('fct_stage_violations') }} as violations
    cross join
        lateral (
            values (violations.broken_date, 1, 0), (violations.fixed_date, 0, 1)
        ) as change (date_day, broken, fixed)
    where change.date_day is not null
    group by violations.account_id, holder, violations.rule, change.date_day
),

days as (
    select
        firsts.account_id,
        firsts.holder,
        firsts.rule,
        day::date as date_day
    from (
        select
            account_id,
            holder,
            rule,
            min(date_day) as first_day
        from changes
        group by account_id, holder, rule
    ) as firsts
    inner join accounts on firsts.account_id = accounts.account_id
    cross join lateral generate_series(firsts.first_day, accounts.today, interval '1 day') as day
),

counted as (
    select
        days.*,
        coalesce(changes.broken, 0) as broken,
        coalesce(changes.fixed, 0) as fixed,
        sum(coalesce(changes.broken, 0) - coalesce(changes.fixed, 0)) over (
            partition by days.account_id, days.holder, days.rule
            order by days.date_day
        ) as standing
    from days
    left join changes
        on
            days.account_id = changes.account_id
            and days.holder = changes.holder
            and days.rule = changes.rule
            and days.date_day = changes.date_day
)

select
    account_id,
    {{ nullable_key("account_id || ':' || to_char(date_day, 'YYYY-MM-DD')", ['holder', 'rule']) }} as violation_day_id,
    date_day,
    nullif(holder, '') as user_id,
    rule,
    broken::int as broken,
    fixed::int as fixed,
    standing::int as standing
from counted
where broken + fixed + standing > 0
