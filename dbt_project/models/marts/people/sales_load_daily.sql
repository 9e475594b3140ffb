{{ config(indexes=[{'columns': ['account_id', 'date_day']}]) }}

with

roster as (
    select * from {{ ref('int_people__roster') }}
    where maximum_load is not null
),

open_leads as (
    select
        account_id,
        user_id,
        date_day,
        numerator as open_leads
    from {{ ref('int_kpi__open_leads_daily') }}
    where user_id is not null
),

today as (
    select
        account_id,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('stg_ops__accounts') }}
)

select
    open_leads.account_id,
    open_leads.date_day,
    open_leads.user_id,
    roster.division,
    roster.role,
    open_leads.open_leads::int as open_leads,
    roster.maximum_load::numeric(8, 2) as maximum_load,
    (open_leads.open_leads / nullif(roster.maximum_load, 0))::numeric(12, 6) as load_share,
    open_leads.open_leads > roster.maximum_load as is_overloaded,
    open_leads.date_day = today.today as is_current
from open_leads
inner join today on open_leads.account_id = today.account_id
inner join roster
    on
        open_leads.account_id = roster.account_id
        and open_leads.user_id = roster.user_id
        and open_leads.date_day between roster.from_day and roster.to_day
