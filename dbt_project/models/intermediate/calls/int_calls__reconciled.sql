-- The exchange's calls beside the CRM's call notes: one row per call, and one per note without a call. A note is of
-- the call whose id it carries; else of the call of the same number and direction that it was written next to, where
-- each is the other's nearest. Every call and every note is in one pair at most.
{% set tolerance = "interval '120 seconds'" %}
with

calls as (
    select
        account_id,
        provider,
        call_id,
        source_call_id,
        direction,
        client_number_key,
        talk_seconds,
        started_at,
        started_at + make_interval(secs => coalesce(wait_seconds, 0) + talk_seconds) as ended_at,
        started_date
    from {{ ref('int_calls__classified') }}
    where direction in ('in', 'out')
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
),

notes as (
    select
        notes.account_id,
        notes.note_id,
        notes.source_call_id,
        notes.duration_seconds,
        notes.created_at,
        case notes.note_type when 'call_in' then 'in' else 'out' end as direction,
        {{ number_key(phone_digits('notes.phone', 'accounts.country_code')) }} as number_key,
        {{ local_date('notes.created_at', 'accounts.time_zone') }} as noted_date
    from {{ ref('stg_amocrm__notes') }} as notes
    inner join accounts on notes.account_id = accounts.account_id
    where notes.note_type in ('call_in', 'call_out') and not notes.is_deleted
),

known_numbers as (
    select
        numbers.account_id,
        numbers.number_key,
        min(contacts.created_at) as known_at
    from {{ ref('int_contacts__numbers') }} as numbers
    inner join {{ ref('stg_amocrm__contacts') }} as contacts
        on numbers.account_id = contacts.account_id and numbers.contact_id = contacts.contact_id
    group by numbers.account_id, numbers.number_key
),

id_candidates as (
    select
        calls.account_id,
        calls.call_id,
        notes.note_id,
        row_number() over (partition by calls.call_id order by notes.created_at, notes.note_id) as note_place,
        row_number() over (partition by notes.note_id order by calls.started_at, calls.call_id) as call_place
    from calls
    inner join notes on calls.account_id = notes.account_id and calls.source_call_id = notes.source_call_id
),

id_pairs as (
    select * from id_candidates
    where note_place = 1 and call_place = 1
),

-- a note with the id of a call that has its note already is a second note of it, and never another call's
loose_notes as (
    select notes.*
    from notes
    left join id_candidates on notes.note_id = id_candidates.note_id
    where id_candidates.note_id is null
),

loose_calls as (
    select calls.*
    from calls
    left join id_pairs on calls.call_id = id_pairs.call_id
    where id_pairs.call_id is null
),

near_candidates as (
    select
        loose_calls.account_id,
        loose_calls.call_id,
        loose_notes.note_id,
        greatest(
            loose_calls.started_at - loose_notes.created_at,
            loose_notes.created_at - loose_calls.ended_at,
            interval '0 seconds'
        ) as distance
    from loose_calls
    inner join loose_notes
        on
            loose_calls.account_id = loose_notes.account_id
            and loose_calls.client_number_key = loose_notes.number_key
            and loose_calls.direction = loose_notes.direction
            and loose_notes.created_at between loose_calls.started_at - {{ tolerance }}
            and loose_calls.ended_at + {{ tolerance }}
),

ranked as (
    select
        *,
        row_number() over (partition by call_id order by distance, note_id) as note_place,
        row_number() over (partition by note_id order by distance, call_id) as call_place
    from near_candidates
),

pairs as (
    select
        account_id,
        call_id,
        note_id,
        'id' as matched_by
    from id_pairs
    union all
    select
        account_id,
        call_id,
        note_id,
        'number' as matched_by
    from ranked
    where note_place = 1 and call_place = 1
),

-- a note without a call is counted for the account's exchange where it has but one
exchanges as (
    select
        account_id,
        case when min(provider) = max(provider) then min(provider) else 'unknown' end as provider
    from calls
    group by account_id
)

select
    calls.account_id,
    calls.provider,
    calls.call_id,
    pairs.note_id,
    pairs.matched_by,
    calls.started_date as date_day,
    calls.talk_seconds,
    notes.duration_seconds as noted_seconds,
    coalesce(known_numbers.known_at <= calls.ended_at, false) as is_number_known,
    false as is_repeated_note,
    calls.started_at as happened_at
from calls
left join pairs on calls.account_id = pairs.account_id and calls.call_id = pairs.call_id
left join notes on pairs.account_id = notes.account_id and pairs.note_id = notes.note_id
left join known_numbers
    on calls.account_id = known_numbers.account_id and calls.client_number_key = known_numbers.number_key
union all
select
    notes.account_id,
    coalesce(exchanges.provider, 'unknown') as provider,
    null as call_id,
    notes.note_id,
    null as matched_by,
    notes.noted_date as date_day,
    null as talk_seconds,
    notes.duration_seconds as noted_seconds,
    true as is_number_known,
    loose_notes.note_id is null as is_repeated_note,
    notes.created_at as happened_at
from notes
left join exchanges on notes.account_id = exchanges.account_id
left join pairs on notes.account_id = pairs.account_id and notes.note_id = pairs.note_id
left join loose_notes on notes.account_id = loose_notes.account_id and notes.note_id = loose_notes.note_id
where pairs.note_id is null
