{{ config(indexes=[
    {'columns': ['account_id', 'date_day']},
    {'columns': ['account_id', 'user_id', 'date_day']}
]) }}

with

norms as (
    select * from {{ ref('stg_ops__call_norms') }}
),

-- before the first call the exchange tells of, nobody's calls are known
histories as (
    select
        account_id,
        min(started_date) as first_day
    from {{ ref('fct_calls') }}
    group by account_id
),

workdays as (
    select
        roster.account_id,
        roster.user_id,
        roster.division,
        roster.role,
        dates.date_day,
        coalesce(role_norms.daily_calls, division_norms.daily_calls) as norm
    from {{ ref('int_people__roster') }} as roster
    inner join histories on roster.account_id = histories.account_id
    inner join {{ ref('dim_dates') }} as dates
        on
            roster.account_id = dates.account_id
            and dates.date_day between greatest(roster.from_day, histories.first_day) and roster.to_day
            and dates.is_working_day
    left join norms as role_norms
        on roster.account_id = role_norms.account_id and {{ word('roster.role') }} = role_norms.holder
    left join norms as division_norms
        on roster.account_id = division_norms.account_id and {{ word('roster.division') }} = division_norms.holder
    where role_norms.daily_calls is not null or division_norms.daily_calls is not null
),

outgoing as (
    select
        account_id,
        user_id,
        started_date as date_day,
        lead_id,
        talk_seconds >= 30 as is_successful
    from {{ ref('fct_calls') }}
    where direction = 'out' and not is_spam and user_id is not null
),

made as (
    select
        account_id,
        user_id,
        date_day,
        count(*) as calls,
        count(*) filter (where is_successful) as successful
    from outgoing
    group by account_id, user_id, date_day
),

reached as (
    select
        called.account_id,
        called.user_id,
        called.date_day,
        count(distinct called.lead_id) as leads_called,
        count(distinct called.lead_id) filter (where milestones.milestone = 'past_secretary') as past_secretary,
        count(distinct called.lead_id) filter (where milestones.milestone = 'need_found') as need_found
    from (
        select distinct
            account_id,
            user_id,
            date_day,
            lead_id
        from outgoing
        where lead_id is not null
    ) as called
    left join {{ ref('int_people__milestones') }} as milestones
        on
            called.account_id = milestones.account_id
            and called.lead_id = milestones.lead_id
            and called.date_day >= milestones.reached_date
    group by called.account_id, called.user_id, called.date_day
),

meetings as (
    select * from {{ ref('int_people__meetings_daily') }}
),

today as (
    select
        account_id,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('stg_ops__accounts') }}
)

select
    workdays.account_id,
    workdays.date_day,
    workdays.user_id,
    workdays.division,
    workdays.role,
    workdays.norm::int as norm,
    coalesce(made.calls, 0)::int as calls,
    coalesce(made.successful, 0)::int as successful_calls,
    greatest(workdays.norm - coalesce(made.successful, 0), 0)::int as shortfall,
    coalesce(made.successful, 0) >= workdays.norm as is_met,
    coalesce(reached.leads_called, 0)::int as leads_called,
    coalesce(reached.past_secretary, 0)::int as past_secretary,
    (reached.past_secretary::numeric / nullif(reached.leads_called, 0))::numeric(9, 6) as past_secretary_share,
    coalesce(reached.need_found, 0)::int as need_found,
    (reached.need_found::numeric / nullif(reached.leads_called, 0))::numeric(9, 6) as need_found_share,
    coalesce(meetings.meetings_set, 0)::int as meetings_set,
    coalesce(meetings.meetings_held, 0)::int as meetings_held,
    workdays.date_day < today.today as is_complete
from workdays
inner join today on workdays.account_id = today.account_id
left join made
    on
        workdays.account_id = made.account_id
        and workdays.user_id = made.user_id
        and workdays.date_day = made.date_day
left join reached
    on
        workdays.account_id = reached.account_id
        and workdays.user_id = reached.user_id
        and workdays.date_day = reached.date_day
left join meetings
    on
        workdays.account_id = meetings.account_id
        and workdays.user_id = meetings.user_id
        and workdays.date_day = meetings.date_day
