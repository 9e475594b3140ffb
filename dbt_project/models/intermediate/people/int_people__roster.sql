-- Who worked here from which day to which, both included, with the division as the settings call it. The roster says;
-- people it does not have count from their first outgoing call to today, or to their last one when they are gone.
with

roster as (
    select * from {{ ref('stg_sheets__roster') }}
    where user_id is not null
),

divisions as (
    select
        account_id,
        {{ word('group_name') }} as word,
        min(division) as division
    from {{ ref('stg_ops__account_divisions') }}
    group by account_id, {{ word('group_name') }}
),

accounts as (
    select
        account_id,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('stg_ops__accounts') }}
),

callers as (
    select
        account_id,
        user_id,
        min(started_date) as first_day,
        max(started_date) as last_day
    from {{ ref('fct_calls') }}
    where direction = 'out' and user_id is not null
    group by account_id, user_id
)

select
    roster.account_id,
    roster.user_id,
    coalesce(divisions.division, users.division) as division,
    coalesce(roster.team, users.team) as team,
    coalesce(roster.role, users.role) as role,
    roster.role_coefficient,
    roster.maximum_load::numeric(8, 2) as maximum_load,
    roster.hours_per_month,
    greatest(roster.valid_from, roster.hired_on) as from_day,
    least(
        coalesce(least(roster.valid_to, roster.left_on), accounts.today),
        lead(roster.valid_from) over (partition by roster.account_id, roster.user_id order by roster.valid_from) - 1,
        accounts.today
    ) as to_day
from roster
inner join accounts on roster.account_id = accounts.account_id
left join {{ ref('dim_users') }} as users
    on roster.account_id = users.account_id and roster.user_id = users.user_id
left join divisions on roster.account_id = divisions.account_id and {{ word('roster.division') }} = divisions.word
union all
select
    users.account_id,
    users.user_id,
    users.division,
    users.team,
    users.role,
    null as role_coefficient,
    null::numeric(8, 2) as maximum_load,
    null as hours_per_month,
    callers.first_day as from_day,
    case when users.is_active then accounts.today else callers.last_day end as to_day
from {{ ref('dim_users') }} as users
inner join callers on users.account_id = callers.account_id and users.user_id = callers.user_id
inner join accounts on users.account_id = accounts.account_id
where
    not exists (
        select 1
        from roster
        where roster.account_id = users.account_id and roster.user_id = users.user_id
    )
