{{ config(indexes=[
    {'columns': ['account_id', 'hours_month']},
    {'columns': ['account_id', 'client_id', 'hours_month']}
]) }}

with

capacities as (
    select * from {{ ref('int_people__capacities') }}
)

select
    hours.account_id,
    hours.hours_id,
    hours.hours_month,
    hours.user_id,
    hours.client_id,
    hours.client,
    hours.project,
    hours.planned_hours,
    hours.actual_hours,
    capacities.capacity_hours::numeric(8, 2) as capacity_hours,
    (hours.planned_hours / nullif(capacities.capacity_hours, 0))::numeric(9, 6) as planned_share,
    (hours.actual_hours / nullif(capacities.capacity_hours, 0))::numeric(9, 6) as actual_share
from {{ ref('stg_sheets__hours') }} as hours
left join capacities
    on
        hours.account_id = capacities.account_id
        and hours.user_id = capacities.user_id
        and hours.hours_month = capacities.month_start
