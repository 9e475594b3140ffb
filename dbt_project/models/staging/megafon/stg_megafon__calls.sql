-- A missed call of the older API has the type missed; it came in. Only a successful call has talk: the duration of any
-- other is ringing.
with

received as (
    {{ newest_versions(source('megafon', 'calls')) }}
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
),

typed as (
    select
        received.account_id,
        received.source_id,
        case received.payload ->> 'type' when 'out' then 'out' else 'in' end as direction,
        coalesce(
            received.payload ->> 'status', case when received.payload ->> 'type' = 'missed' then 'missed' end
        ) as outcome_raw,
        received.payload ->> 'client' as client_phone,
        received.payload ->> 'diversion' as line_number,
        nullif(received.payload ->> 'user', '') as called,
        nullif(split_part(received.payload ->> 'record', '?', 1), '') as recording_url,
        (received.payload ->> 'wait')::int as wait_seconds,
        coalesce((received.payload ->> 'duration')::int, 0) as duration,
        received.source_updated_at as started_at,
        received.loaded_at
    from received
),

talked as (
    select
        *,
        case when coalesce(outcome_raw, 'success') = 'success' then duration else 0 end as talk_seconds
    from typed
)

select
    talked.account_id,
    {{ entity_key('megafon', 'talked.source_id', 'talked.account_id') }} as call_id,
    talked.source_id as source_call_id,
    talked.direction,
    case
        when talked.talk_seconds > 0 then 'answered'
        when talked.outcome_raw in ('missed', 'noanswer') then 'missed_no_answer'
        when talked.outcome_raw = 'busy' then 'missed_busy'
        when talked.outcome_raw = 'notavailable' then 'failed_technical'
        when talked.outcome_raw = 'notallowed' then 'blocked'
        when talked.outcome_raw = 'success' then 'missed_abandoned'
        else 'unknown'
    end as outcome,
    talked.outcome_raw,
    talked.client_phone,
    talked.line_number,
    -- the answering machine and the fax are nobody
    case when talked.called not in ('ivr', 'fax') then talked.called end as source_employee_id,
    null::text as campaign_name,
    null::text as utm_source,
    null::text as utm_medium,
    null::text as utm_campaign,
    talked.recording_url,
    talked.wait_seconds,
    talked.talk_seconds,
    talked.started_at,
    accounts.time_zone,
    accounts.country_code,
    talked.loaded_at
from talked
inner join accounts on talked.account_id = accounts.account_id
