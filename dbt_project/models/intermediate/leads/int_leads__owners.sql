-- Who was responsible for a lead, from when (inclusive) to when (exclusive). Without a hand-over: who is now.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id', 'owned_from']}]
) }}

with handovers as (
    select
        event.account_id,
        event.lead_id,
        event.from_user_id,
        event.to_user_id,
        event.happened_at,
        row_number() over lead_events as handover_no,
        lead(event.happened_at) over lead_events as next_at
    from {{ ref('int_leads__events') }} as event
    where
        event.event_type = 'entity_responsible_changed'
        and {{ changed('int_leads__touched', ['event.account_id', 'event.lead_id']) }}
    window lead_events as (
        partition by event.account_id, event.lead_id order by event.happened_at, event.event_id
    )
)

select
    lead.account_id,
    lead.lead_id,
    case when first_handover.lead_id is null then lead.user_id else first_handover.from_user_id end as user_id,
    '-infinity'::timestamptz as owned_from,
    coalesce(first_handover.happened_at, 'infinity') as owned_to
from {{ ref('int_leads__records') }} as lead
left join handovers as first_handover
    on
        lead.account_id = first_handover.account_id
        and lead.lead_id = first_handover.lead_id
        and first_handover.handover_no = 1
where {{ changed('int_leads__touched', ['lead.account_id', 'lead.lead_id']) }}
union all
select
    account_id,
    lead_id,
    to_user_id as user_id,
    happened_at as owned_from,
    coalesce(next_at, 'infinity') as owned_to
from handovers
