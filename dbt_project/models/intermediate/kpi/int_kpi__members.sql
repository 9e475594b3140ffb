-- Who is in which team from which day to which, both included, and with what role coefficient. The sheet of staff says
-- so; a row without a team means the team of the CRM, one without a coefficient the coefficient 1.
with

roster as (
    select * from {{ ref('stg_sheets__roster') }}
    where user_id is not null
),

users as (
    select * from {{ ref('dim_users') }}
),

teams as (
    select distinct
        account_id,
        {{ word('group_name') }} as word,
        group_name
    from {{ ref('stg_amocrm__user_groups') }}
),

placed as (
    select
        roster.account_id,
        roster.user_id,
        coalesce(teams.group_name, case when roster.team is null then users.team end) as team,
        coalesce(roster.role_coefficient, 1) as role_coefficient,
        greatest(roster.valid_from, roster.hired_on) as from_day,
        least(
            roster.valid_to,
            roster.left_on,
            -- a later row takes over from the day it holds
            lead(roster.valid_from) over (
                partition by roster.account_id, roster.user_id order by roster.valid_from asc, roster.roster_id asc
            ) - 1
        ) as to_day
    from roster
    left join users on roster.account_id = users.account_id and roster.user_id = users.user_id
    left join teams on roster.account_id = teams.account_id and {{ word('roster.team') }} = teams.word
)

select
    account_id,
    user_id,
    account_id || ':team:' || team as team_id,
    role_coefficient,
    from_day,
    coalesce(to_day, date '9999-12-31') as to_day
from placed
where team is not null
