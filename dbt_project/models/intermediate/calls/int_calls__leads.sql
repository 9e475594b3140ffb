-- Which lead and contact a call belongs to: the lead its CRM note names, else by number the most recently created lead
-- that was open at that time, else the latest one created before.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'call_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_calls__touched', 'by': ['account_id', 'call_id']}},
    indexes=[
        {'columns': ['account_id', 'call_id'], 'unique': true},
        {'columns': ['call_id']},
        {'columns': ['account_id', 'lead_id']}
    ]
) }}

with

calls as (
    select
        account_id,
        call_id,
        source_call_id,
        client_number_key,
        started_at
    from {{ ref('int_calls__unioned') }}
    where {{ changed('int_calls__touched', ['account_id', 'call_id']) }}
),

notes as (
    select * from {{ ref('int_calls__notes') }}
),

numbers as (
    select * from {{ ref('int_contacts__numbers') }}
),

lead_contacts as (
    select * from {{ ref('int_leads__contacts') }}
),

leads as (
    select * from {{ ref('int_leads__records') }}
),

open_visits as (
    select
        visits.account_id,
        visits.lead_id,
        visits.entered_at,
        coalesce(visits.exited_at, 'infinity') as exited_at
    from {{ ref('int_leads__stage_visits') }} as visits
    inner join {{ ref('int_leads__stages') }} as stages
        on visits.account_id = stages.account_id and visits.stage_id = stages.stage_id
    where stages.stage_type = 'open'
),

noted_leads as (
    select distinct on (calls.call_id)
        calls.call_id,
        notes.entity_id as lead_id
    from calls
    inner join notes on calls.account_id = notes.account_id and calls.source_call_id = notes.source_call_id
    where notes.entity_type = 'leads'
    order by calls.call_id asc, notes.source_note_id::bigint asc
),

noted_contacts as (
    select distinct on (calls.call_id)
        calls.call_id,
        notes.entity_id as contact_id
    from calls
    inner join notes on calls.account_id = notes.account_id and calls.source_call_id = notes.source_call_id
    where notes.entity_type = 'contacts'
    order by calls.call_id asc, notes.source_note_id::bigint asc
),

numbered_contacts as (
    select
        calls.account_id,
        calls.call_id,
        calls.started_at,
        numbers.contact_id
    from calls
    inner join numbers
        on calls.account_id = numbers.account_id and calls.client_number_key = numbers.number_key
),

candidates as (
    select distinct
        numbered_contacts.account_id,
        numbered_contacts.call_id,
        numbered_contacts.started_at,
        leads.lead_id,
        leads.created_at
    from numbered_contacts
    inner join lead_contacts
        on
            numbered_contacts.account_id = lead_contacts.account_id
            and numbered_contacts.contact_id = lead_contacts.contact_id
    inner join leads
        on lead_contacts.account_id = leads.account_id and lead_contacts.lead_id = leads.lead_id
    where
        leads.created_at <= numbered_contacts.started_at
        and not leads.is_deleted
        and leads.merged_into_lead_id is null
),

numbered_leads as (
    select distinct on (candidates.call_id)
        candidates.call_id,
        candidates.lead_id
    from candidates
    left join open_visits
        on
            candidates.account_id = open_visits.account_id
            and candidates.lead_id = open_visits.lead_id
            and candidates.started_at >= open_visits.entered_at
            and candidates.started_at < open_visits.exited_at
    order by
        candidates.call_id asc,
        (open_visits.lead_id is not null) desc, candidates.created_at desc, candidates.lead_id desc
),

assigned as (
    select
        calls.account_id,
        calls.call_id,
        coalesce(noted_leads.lead_id, numbered_leads.lead_id) as lead_id,
        case
            when noted_leads.lead_id is not null then 'note'
            when numbered_leads.lead_id is not null then 'number'
        end as matched_by
    from calls
    left join noted_leads on calls.call_id = noted_leads.call_id
    left join numbered_leads on calls.call_id = numbered_leads.call_id
),

-- of several contacts with the number, one of the lead's own comes first
contacts as (
    select distinct on (numbered_contacts.call_id)
        numbered_contacts.call_id,
        numbered_contacts.contact_id
    from numbered_contacts
    inner join assigned on numbered_contacts.call_id = assigned.call_id
    left join lead_contacts
        on
            assigned.account_id = lead_contacts.account_id
            and assigned.lead_id = lead_contacts.lead_id
            and numbered_contacts.contact_id = lead_contacts.contact_id
    order by
        numbered_contacts.call_id asc,
        (lead_contacts.contact_id is not null) desc, numbered_contacts.contact_id asc
)

select
    assigned.account_id,
    assigned.call_id,
    assigned.lead_id,
    coalesce(noted_contacts.contact_id, contacts.contact_id) as contact_id,
    assigned.matched_by
from assigned
left join noted_contacts on assigned.call_id = noted_contacts.call_id
left join contacts on assigned.call_id = contacts.call_id
