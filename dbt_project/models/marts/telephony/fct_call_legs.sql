{{ config(indexes=[
    {'columns': ['account_id', 'call_started_date']},
    {'columns': ['account_id', 'user_id', 'call_started_date']},
    {'columns': ['call_id']}
]) }}

with

legs as (
    select * from {{ ref('int_call_legs__unioned') }}
),

calls as (
    select
        account_id,
        call_id,
        started_at,
        started_date
    from {{ ref('int_calls__classified') }}
),

employees as (
    select * from {{ ref('int_employees__matched') }}
)

select
    legs.account_id,
    legs.leg_id,
    legs.call_id,
    legs.provider,
    legs.leg_no,
    employees.user_id,
    legs.source_employee_id,
    legs.extension,
    legs.outcome,
    legs.outcome_raw,
    legs.talk_seconds,
    legs.started_at,
    legs.answered_at,
    legs.ended_at,
    calls.started_at as call_started_at,
    calls.started_date as call_started_date
from legs
inner join calls on legs.account_id = calls.account_id and legs.call_id = calls.call_id
left join employees
    on
        legs.account_id = employees.account_id
        and legs.provider = employees.provider
        and legs.source_employee_id = employees.source_employee_id
