-- One row per call detail record: a channel that was rung or bridged. Whoever is rung from a queue has a row for each
-- half of a local channel too, so talk that two legs tell of the same time is one talk for the call.
with

received as (
    {{ newest_versions(source('asterisk', 'calls')) }}
),

parties as (
    select
        account_id,
        source_id,
        coalesce(nullif(payload ->> 'linkedid', ''), nullif(payload ->> 'uniqueid', ''), source_id) as source_call_id,
        payload ->> 'src' as src,
        payload ->> 'dst' as dst,
        nullif(payload ->> 'did', '') as did,
        nullif(payload ->> 'outbound_cnum', '') as outbound_number,
        -- PJSIP/101-00000a20 and Local/101@from-queue-00000001;2 are of the extension 101
        coalesce(
            substring(payload ->> 'channel' from '^[A-Za-z0-9]+/([0-9]{2,5})[-@]'),
            substring(payload ->> 'cnum' from '^[0-9]{2,5}$'),
            substring(payload ->> 'src' from '^[0-9]{2,5}$')
        ) as from_extension,
        coalesce(
            substring(payload ->> 'dstchannel' from '^[A-Za-z0-9]+/([0-9]{2,5})[-@]'),
            case when payload ->> 'dstchannel' <> '' then substring(payload ->> 'dst' from '^[0-9]{2,5}$') end
        ) as to_extension,
        -- a menu or a queue that picks up is nobody's talk
        coalesce(payload ->> 'dstchannel' <> '', false) as is_bridged,
        payload ->> 'disposition' as outcome_raw,
        (payload ->> 'duration')::int as total_seconds,
        (payload ->> 'billsec')::int as billed_seconds,
        payload ->> 'recording_path' as recording_path,
        source_updated_at as started_at,
        loaded_at
    from received
),

directed as (
    select
        *,
        case
            when did is not null or (src ~ '^\+?[0-9]{6,}$' and from_extension is null) then 'in'
            when from_extension is not null and dst ~ '^\+?[0-9]{6,}$' then 'out'
            when from_extension is not null then 'internal'
            else 'in'
        end as direction,
        case when is_bridged and outcome_raw = 'ANSWERED' then billed_seconds else 0 end as talk_seconds
    from parties
)

select
    account_id,
    {{ entity_key('asterisk', 'source_call_id') }} as call_id,
    {{ entity_key('asterisk', 'source_id') }} as leg_id,
    (row_number() over (partition by account_id, source_call_id order by started_at, source_id))::int as leg_no,
    case direction when 'in' then to_extension else from_extension end as source_employee_id,
    case direction when 'in' then to_extension else from_extension end as extension,
    started_at,
    case
        when talk_seconds > 0 then started_at + make_interval(secs => total_seconds - billed_seconds)
    end as answered_at,
    started_at + make_interval(secs => total_seconds) as ended_at,
    talk_seconds,
    case
        when talk_seconds > 0 then 'answered'
        when outcome_raw = 'BUSY' then 'missed_busy'
        when outcome_raw = 'NO ANSWER' then 'missed_no_answer'
        when outcome_raw in ('ANSWERED', 'CANCEL') then 'missed_abandoned'
        when outcome_raw in ('FAILED', 'CONGESTION') then 'failed_technical'
        else 'unknown'
    end as outcome,
    outcome_raw,
    source_call_id,
    direction,
    case direction when 'in' then src when 'out' then dst end as client_phone,
    case direction when 'in' then did when 'out' then outbound_number end as line_number,
    recording_path,
    loaded_at
from directed
