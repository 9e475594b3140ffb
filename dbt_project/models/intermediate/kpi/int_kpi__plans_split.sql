-- A team's quarter plan of a sum, split over its members: what the members with plans of their own leave of it goes to
-- the others by role coefficient × working days in the team. Shares are whole units (kopecks of money) and add up to
-- what is split: each is the rounded running total less the one before it.
with

plans as (
    select * from {{ ref('int_kpi__plans_given') }}
    where period_type = 'quarter'
),

metrics as (
    select
        metric_id,
        case unit when 'money' then 2 else 0 end as decimals
    from {{ ref('metric_definitions') }}
    where aggregation = 'sum'
),

weights as (
    select
        members.account_id,
        members.team_id,
        members.user_id,
        days.quarter_start,
        sum(members.role_coefficient) as weight
    from {{ ref('int_kpi__members') }} as members
    inner join {{ ref('dim_dates') }} as days
        on
            members.account_id = days.account_id
            and days.is_working_day
            and days.date_day between members.from_day and members.to_day
    group by members.account_id, members.team_id, members.user_id, days.quarter_start
),

members as (
    select
        plans.account_id,
        plans.metric_id,
        plans.period_start,
        plans.subject_id as team_id,
        plans.value as team_plan,
        metrics.decimals,
        weights.user_id,
        weights.weight,
        own.value as own_plan
    from plans
    inner join metrics on plans.metric_id = metrics.metric_id
    inner join weights
        on
            plans.account_id = weights.account_id
            and plans.subject_id = weights.team_id
            and plans.period_start = weights.quarter_start
    left join plans as own
        on
            plans.account_id = own.account_id
            and plans.metric_id = own.metric_id
            and plans.period_start = own.period_start
            and weights.user_id = own.subject_id
    where plans.subject_type = 'team'
),

remainders as (
    select
        *,
        greatest(
            team_plan - coalesce(sum(own_plan) over (partition by account_id, metric_id, period_start, team_id), 0), 0
        ) as remainder
    from members
),

shares as (
    select
        *,
        remainder * sum(weight) over running
        / nullif(sum(weight) over (partition by account_id, metric_id, period_start, team_id), 0) as running_share
    from remainders
    where own_plan is null
    window running as (
        partition by account_id, metric_id, period_start, team_id order by weight desc, user_id asc
        rows between unbounded preceding and current row
    )
),

rounded as (
    select
        *,
        round(running_share, decimals) - coalesce(
            lag(round(running_share, decimals)) over (
                partition by account_id, metric_id, period_start, team_id order by weight desc, user_id asc
            ),
            0
        ) as share
    from shares
)

-- whoever changed teams has a part of either plan
select
    account_id,
    metric_id,
    'quarter' as period_type,
    period_start,
    'user' as subject_type,
    user_id as subject_id,
    sum(share) as value,
    'team' as basis
from rounded
where share is not null
group by account_id, metric_id, period_start, user_id
