-- What a call belongs to and whether it is spam follow the CRM of today: its row is made anew when a lead, a contact or
-- a note of its caller changed, see int_calls__touched.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'call_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_calls__touched', 'by': ['account_id', 'call_id']}},
    indexes=[
        {'columns': ['account_id', 'call_id'], 'unique': true},
        {'columns': ['account_id', 'started_date']},
        {'columns': ['account_id', 'user_id', 'started_date']},
        {'columns': ['account_id', 'lead_id']},
        {'columns': ['account_id', 'client_number_key', 'started_at']}
    ]
) }}

with

calls as (
    select * from {{ ref('int_calls__classified') }}
    where {{ changed('int_calls__touched', ['account_id', 'call_id']) }}
),

employees as (
    select * from {{ ref('int_employees__matched') }}
),

assignments as (
    select * from {{ ref('int_calls__leads') }}
),

flags as (
    select
        account_id,
        lead_id,
        is_spam
    from {{ ref('int_leads__flags') }}
)

select
    calls.account_id,
    calls.call_id,
    calls.source_call_id,
    calls.provider,
    calls.direction,
    calls.outcome,
    calls.outcome_raw,
    employees.user_id,
    calls.source_employee_id,
    calls.client_number_key,
    assignments.lead_id,
    assignments.contact_id,
    assignments.matched_by,
    calls.line_number,
    calls.campaign_name,
    calls.utm_source,
    calls.utm_medium,
    calls.utm_campaign,
    calls.recording_url,
    calls.wait_seconds,
    calls.talk_seconds,
    calls.is_missed,
    calls.is_repeat,
    calls.is_short_abandon,
    calls.is_working_time,
    coalesce(flags.is_spam, false) as is_spam,
    calls.recovered_by,
    calls.recovered_after_seconds,
    calls.recovered_at,
    calls.started_at,
    calls.started_date
from calls
left join employees
    on
        calls.account_id = employees.account_id
        and calls.provider = employees.provider
        and calls.source_employee_id = employees.source_employee_id
left join assignments on calls.account_id = assignments.account_id and calls.call_id = assignments.call_id
left join flags on assignments.account_id = flags.account_id and assignments.lead_id = flags.lead_id
