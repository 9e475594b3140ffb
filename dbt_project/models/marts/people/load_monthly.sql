{{ config(indexes=[{'columns': ['account_id', 'month_start']}]) }}

with

hours as (
    select
        account_id,
        user_id,
        hours_month as month_start,
        count(distinct client_id) as clients,
        sum(planned_hours) as planned_hours,
        sum(actual_hours) as actual_hours
    from {{ ref('stg_sheets__hours') }}
    where user_id is not null
    group by account_id, user_id, hours_month
),

loads as (
    select
        hours.account_id,
        hours.month_start,
        hours.user_id,
        hours.clients,
        hours.planned_hours,
        hours.actual_hours,
        capacities.capacity_hours
    from hours
    left join {{ ref('int_people__capacities') }} as capacities
        on
            hours.account_id = capacities.account_id
            and hours.user_id = capacities.user_id
            and hours.month_start = capacities.month_start
)

select
    loads.account_id,
    loads.month_start,
    loads.user_id,
    loads.clients::int as clients,
    loads.planned_hours::numeric(10, 2) as planned_hours,
    loads.actual_hours::numeric(10, 2) as actual_hours,
    loads.capacity_hours::numeric(10, 2) as capacity_hours,
    (loads.planned_hours / nullif(loads.capacity_hours, 0))::numeric(9, 6) as planned_share,
    (loads.actual_hours / nullif(loads.capacity_hours, 0))::numeric(9, 6) as actual_share,
    loads.planned_hours > loads.capacity_hours as is_overbooked,
    (loads.month_start + interval '1 month')::date <= {{ local_date(as_of(), 'accounts.time_zone') }} as is_complete
from loads
inner join {{ ref('stg_ops__accounts') }} as accounts on loads.account_id = accounts.account_id
