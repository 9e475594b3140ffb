-- One row per row of the statistics: a leg of a call. When it was answered and when it ended is not told.
with

received as (
    select * from {{ source('zadarma', 'calls') }}
),

-- a leg whose start was corrected lies in raw twice: its month is part of the key there
legs as (
    select received.*
    from received
    where
        not exists (
            select 1
            from {{ source('zadarma', 'calls') }} as newer
            where
                newer.account_id = received.account_id
                and newer.source_id = received.source_id
                and newer.loaded_at > received.loaded_at
        )
),

parties as (
    select
        account_id,
        source_id,
        coalesce(nullif(payload ->> 'pbx_call_id', ''), source_id) as source_call_id,
        payload ->> 'disposition' as outcome_raw,
        payload ->> 'is_recorded' as is_recorded,
        -- the name stands before the number: "Irina" <101>
        coalesce(substring(payload ->> 'clid' from '<([^>]*)>'), payload ->> 'clid') as caller,
        payload ->> 'destination' as destination,
        payload ->> 'sip' as sip,
        (payload ->> 'seconds')::int as seconds,
        source_updated_at as started_at,
        loaded_at
    from legs
),

-- the agency's own numbers within the exchange are short
directed as (
    select
        *,
        case
            when source_call_id like 'in\_%' then 'in'
            when source_call_id like 'out\_%' then 'out'
            when caller ~ '^\d{2,5}$' and destination ~ '^\d{2,5}$' then 'internal'
            when destination ~ '^\d{2,5}$' then 'in'
            else 'out'
        end as direction,
        case when outcome_raw = 'answered' then seconds else 0 end as talk_seconds
    from parties
),

judged as (
    select
        *,
        case when direction = 'in' then caller else destination end as client_phone,
        (
            array_remove(array[
                case when sip ~ '^\d{2,5}$' then sip end,
                case when destination ~ '^\d{2,5}$' then destination end,
                case when caller ~ '^\d{2,5}$' then caller end
            ], null)
        )[1] as extension,
        case
            when talk_seconds > 0 then 'answered'
            when outcome_raw = 'busy' then 'missed_busy'
            when outcome_raw = 'cancel' and direction = 'in' then 'missed_abandoned'
            when outcome_raw in ('cancel', 'no answer', 'answered') then 'missed_no_answer'
            when outcome_raw like 'no money%' then 'failed_billing'
            else 'failed_technical'
        end as outcome
    from directed
)

select
    account_id,
    'zadarma' as provider,
    {{ entity_key('zadarma', 'source_call_id') }} as call_id,
    {{ entity_key('zadarma', 'source_id') }} as leg_id,
    (row_number() over (partition by account_id, source_call_id order by started_at, source_id))::int as leg_no,
    extension as source_employee_id,
    extension,
    started_at,
    null::timestamptz as answered_at,
    null::timestamptz as ended_at,
    talk_seconds,
    outcome,
    outcome_raw,
    source_call_id,
    direction,
    client_phone,
    coalesce(is_recorded = 'true', false) as is_recorded,
    loaded_at
from judged
