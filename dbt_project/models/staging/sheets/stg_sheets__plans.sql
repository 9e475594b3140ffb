-- The latest version of each plan. Whose it is: the employee named by e-mail address or by a name that only one has;
-- else the team or division that the scope names; else the company, when nobody and nothing is named. A scope or owner
-- that is not known keeps its plan, without the key of a subject.
with

plans as (
    select distinct on (
        account_id,
        payload ->> 'metric',
        payload ->> 'period_type',
        payload ->> 'period_start',
        lower(payload ->> 'scope'),
        lower(payload ->> 'owner')
    )
        account_id,
        source_id,
        payload,
        lower(payload ->> 'scope') as scope,
        lower(payload ->> 'owner') as owner
    from {{ source('sheets', 'plans') }}
    where deleted_at is null
    order by
        account_id,
        payload ->> 'metric',
        payload ->> 'period_type',
        payload ->> 'period_start',
        lower(payload ->> 'scope'),
        lower(payload ->> 'owner'),
        (payload ->> 'version')::int desc
),

people as (
    select
        account_id,
        user_id,
        lower(btrim(email)) as name
    from {{ ref('stg_amocrm__users') }}
    union all
    select
        account_id,
        user_id,
        lower(btrim(user_name)) as name
    from {{ ref('stg_amocrm__users') }}
),

users as (
    select
        account_id,
        name,
        min(user_id) as user_id
    from people
    where name is not null
    group by account_id, name
    having count(distinct user_id) = 1
),

teams as (
    select distinct
        account_id,
        lower(btrim(group_name)) as name,
        account_id || ':team:' || group_name as team_id
    from {{ ref('stg_amocrm__user_groups') }}
),

divisions as (
    select distinct
        account_id,
        lower(division) as name,
        account_id || ':division:' || division as division_id
    from {{ ref('stg_ops__account_divisions') }}
)

select
    plans.account_id,
    {{ entity_key('sheets', 'plans.source_id', 'plans.account_id') }} as plan_id,
    plans.payload ->> 'metric' as metric_id,
    plans.payload ->> 'period_type' as period_type,
    (plans.payload ->> 'period_start')::date as period_start,
    case
        when plans.owner is not null then 'user'
        when plans.scope is null then 'company'
        when teams.team_id is not null then 'team'
        when divisions.division_id is not null then 'division'
        else 'scope'
    end as subject_type,
    case
        when plans.owner is not null then users.user_id
        when plans.scope is null then plans.account_id
        else coalesce(teams.team_id, divisions.division_id)
    end as subject_id,
    plans.payload ->> 'scope' as scope,
    plans.payload ->> 'unit' as unit,
    (plans.payload ->> 'version')::int as version,
    (plans.payload ->> 'value')::numeric as value
from plans
left join users on plans.account_id = users.account_id and plans.owner = users.name
left join teams on plans.account_id = teams.account_id and plans.scope = teams.name
left join divisions on plans.account_id = divisions.account_id and plans.scope = divisions.name
