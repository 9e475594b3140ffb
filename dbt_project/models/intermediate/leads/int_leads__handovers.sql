-- Every hand-over of a counted lead from one user to another, and when the new owner took it up: their first outgoing
-- touch of the lead or their first change of its stage, before it is handed on again.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['handover_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['handover_id'], 'unique': true}, {'columns': ['account_id', 'lead_id']}]
) }}

with handovers as (
    select
        event.account_id,
        event.event_id as handover_id,
        event.lead_id,
        event.happened_at,
        event.from_user_id,
        event.to_user_id,
        coalesce(lead(event.happened_at) over lead_events, 'infinity') as handed_on_at
    from {{ ref('int_leads__events') }} as event
    inner join {{ ref('int_leads__flags') }} as flag
        on event.account_id = flag.account_id and event.lead_id = flag.lead_id
    where
        event.event_type = 'entity_responsible_changed'
        and event.from_user_id is distinct from event.to_user_id
        and flag.is_counted
        and {{ changed('int_leads__touched', ['event.account_id', 'event.lead_id']) }}
    window lead_events as (
        partition by event.account_id, event.lead_id order by event.happened_at, event.event_id
    )
),

deeds as (
    select
        account_id,
        lead_id,
        user_id,
        touched_at as done_at
    from {{ ref('int_leads__touches') }}
    union all
    select
        account_id,
        lead_id,
        user_id,
        happened_at as done_at
    from {{ ref('int_leads__events') }}
    where event_type = 'lead_status_changed'
)

select
    handovers.account_id,
    handovers.handover_id,
    handovers.lead_id,
    handovers.happened_at,
    handovers.from_user_id,
    handovers.to_user_id,
    min(deeds.done_at) as taken_up_at
from handovers
left join deeds
    on
        handovers.account_id = deeds.account_id
        and handovers.lead_id = deeds.lead_id
        and handovers.to_user_id = deeds.user_id
        and handovers.happened_at <= deeds.done_at
        and handovers.handed_on_at > deeds.done_at
group by
    handovers.account_id, handovers.handover_id, handovers.lead_id, handovers.happened_at,
    handovers.from_user_id, handovers.to_user_id
