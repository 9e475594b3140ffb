{{ config(indexes=[
    {'columns': ['account_id', 'date_day', 'stage_id'], 'unique': true},
    {'columns': ['account_id', 'pipeline_id', 'date_day']},
]) }}

with accounts as (
    select
        account.account_id,
        account.time_zone,
        min({{ local_date('least(visit.entered_at, lead.created_at)', 'account.time_zone') }}) as first_day,
        {{ local_date(as_of(), 'account.time_zone') }} as last_day
    from {{ ref('stg_ops__accounts') }} as account
    inner join {{ ref('int_leads__records') }} as lead on account.account_id = lead.account_id
    left join {{ ref('fct_stage_visits') }} as visit
        on lead.account_id = visit.account_id and lead.lead_id = visit.lead_id
    group by account.account_id, account.time_zone
),

grid as (
    select
        accounts.account_id,
        day::date as date_day,
        stage.pipeline_id,
        stage.stage_id,
        stage.stage_order
    from accounts
    inner join {{ ref('int_leads__stages') }} as stage on accounts.account_id = stage.account_id
    cross join generate_series(accounts.first_day::timestamp, accounts.last_day::timestamp, interval '1 day') as day
),

moves as (
    select
        visit.account_id,
        visit.stage_id,
        {{ local_date('visit.entered_at', 'accounts.time_zone') }} as date_day,
        1 as entries,
        0 as exits
    from {{ ref('fct_stage_visits') }} as visit
    inner join accounts on visit.account_id = accounts.account_id
    where visit.is_counted
    union all
    select
        visit.account_id,
        visit.stage_id,
        {{ local_date('visit.exited_at', 'accounts.time_zone') }} as date_day,
        0 as entries,
        1 as exits
    from {{ ref('fct_stage_visits') }} as visit
    inner join accounts on visit.account_id = accounts.account_id
    where visit.is_counted and visit.exited_at is not null
),

daily as (
    select
        account_id,
        stage_id,
        date_day,
        sum(entries) as entries,
        sum(exits) as exits
    from moves
    group by account_id, stage_id, date_day
)

select
    grid.account_id,
    grid.date_day,
    grid.pipeline_id,
    grid.stage_id,
    grid.stage_order,
    coalesce(daily.entries, 0)::int as entries,
    coalesce(daily.exits, 0)::int as exits,
    sum(coalesce(daily.entries, 0) - coalesce(daily.exits, 0))
        over (partition by grid.account_id, grid.stage_id order by grid.date_day)
    ::int as stock
from grid
left join daily
    on
        grid.account_id = daily.account_id
        and grid.stage_id = daily.stage_id
        and grid.date_day = daily.date_day
