-- Both reports of the exchange in one shape. Stamps are Unix seconds, of UTC or ahead of it by the hours that were in
-- force when the record was read. A call in the extended report is not taken from the basic one as well.
with

rows_received as (
    {{ newest_versions(source('mango', 'legs')) }}
),

contexts_received as (
    {{ newest_versions(source('mango', 'contexts')) }}
),

basic as (
    select
        rows_received.account_id,
        rows_received.payload ->> 'entry_id' as entry_id,
        rows_received.source_id as source_leg_id,
        case
            when rows_received.payload ->> 'from_extension' <> '' and rows_received.payload ->> 'to_extension' <> ''
                then 'internal'
            when
                rows_received.payload ->> 'from_extension' <> ''
                or rows_received.payload ->> 'from_number' = rows_received.payload ->> 'line_number'
                then 'out'
            else 'in'
        end as direction,
        rows_received.payload ->> 'from_number' as from_number,
        rows_received.payload ->> 'to_number' as to_number,
        rows_received.payload ->> 'line_number' as line_number,
        nullif(rows_received.payload ->> 'from_extension', '') as from_extension,
        nullif(rows_received.payload ->> 'to_extension', '') as to_extension,
        -- a machine that picks up is nobody's talk
        coalesce(nullif(rows_received.payload ->> 'location', ''), 'abonent') = 'abonent' as is_person,
        rows_received.payload ->> 'disconnect_reason' as outcome_raw,
        rows_received.payload #>> '{records,0}' as recording_id,
        nullif(nullif(rows_received.payload ->> 'start', ''), '0')::bigint as start_stamp,
        nullif(nullif(rows_received.payload ->> 'answer', ''), '0')::bigint as answer_stamp,
        nullif(nullif(rows_received.payload ->> 'finish', ''), '0')::bigint as end_stamp,
        (rows_received.payload ->> 'time_offset_hours')::int as offset_hours,
        rows_received.loaded_at
    from rows_received
    where
        not exists (
            select 1
            from contexts_received as better
            where
                better.account_id = rows_received.account_id
                and better.source_id = rows_received.payload ->> 'entry_id'
        )
),

extended as (
    select
        contexts_received.account_id,
        contexts_received.source_id as entry_id,
        contexts_received.source_id || ':' || coalesce(leg.place, 1) as source_leg_id,
        case contexts_received.payload ->> 'context_type' when '1' then 'in' when '2' then 'out' else 'internal' end
            as direction,
        contexts_received.payload ->> 'caller_number' as from_number,
        contexts_received.payload ->> 'called_number' as to_number,
        contexts_received.payload ->> 'line_number' as line_number,
        case when contexts_received.payload ->> 'context_type' = '2' then leg.call ->> 'call_abonent_number' end
            as from_extension,
        case
            when contexts_received.payload ->> 'context_type' = '2' then null
            else leg.call ->> 'call_abonent_number'
        end as to_extension,
        leg.call ->> 'call_abonent_number' is not null as is_person,
        leg.call ->> 'call_end_reason' as outcome_raw,
        leg.call #>> '{recording_id,0}' as recording_id,
        coalesce(
            (leg.call ->> 'call_start_time')::bigint, (contexts_received.payload ->> 'context_start_time')::bigint
        ) as start_stamp,
        nullif((leg.call ->> 'call_answer_time')::bigint, 0) as answer_stamp,
        coalesce(
            nullif((leg.call ->> 'call_end_time')::bigint, 0),
            case
                when leg.call is null
                    then
                        (contexts_received.payload ->> 'context_start_time')::bigint
                        + (contexts_received.payload ->> 'duration')::bigint
            end
        ) as end_stamp,
        (contexts_received.payload ->> 'time_offset_hours')::int as offset_hours,
        contexts_received.loaded_at
    from contexts_received
    left join
        lateral jsonb_array_elements({{ json_array("contexts_received.payload -> 'context_calls'") }})
        with ordinality as leg (call, place)
        on true
),

both_reports as (
    select * from basic
    union all
    select * from extended
),

timed as (
    select
        *,
        case direction when 'in' then from_number when 'out' then to_number end as client_phone,
        case when direction = 'in' then to_extension else from_extension end as extension,
        to_timestamp(start_stamp - offset_hours * 3600) as started_at,
        to_timestamp(answer_stamp - offset_hours * 3600) as answered_at,
        to_timestamp(end_stamp - offset_hours * 3600) as ended_at,
        case when is_person and answer_stamp is not null then greatest(end_stamp - answer_stamp, 0)::int else 0 end
            as talk_seconds
    from both_reports
)

select
    account_id,
    {{ entity_key('mango', 'entry_id') }} as call_id,
    {{ entity_key('mango', 'source_leg_id') }} as leg_id,
    entry_id as source_call_id,
    row_number() over (partition by account_id, entry_id order by start_stamp, source_leg_id)::int as leg_no,
    direction,
    client_phone,
    line_number,
    extension as source_employee_id,
    extension,
    is_person,
    started_at,
    answered_at,
    ended_at,
    talk_seconds,
    outcome_raw,
    {{ mango_outcome('talk_seconds', 'outcome_raw') }} as outcome,
    recording_id,
    loaded_at
from timed
