-- How well the CRM's call notes and the exchange's calls agree, by local day. A pair counts on the day of its call.
with

reconciled as (
    select * from {{ ref('int_calls__reconciled') }}
)

select
    account_id,
    date_day,
    provider,
    count(call_id)::int as calls_in_exchange,
    count(note_id)::int as notes_in_crm,
    (count(*) filter (where call_id is not null and note_id is not null))::int as matched,
    (count(*) filter (where note_id is null and is_number_known))::int as missing_in_crm,
    (count(*) filter (where note_id is null and not is_number_known))::int as calls_of_unknown_numbers,
    (count(*) filter (where call_id is null and not is_repeated_note))::int as missing_in_exchange,
    (count(*) filter (where is_repeated_note))::int as repeated_notes,
    (count(*) filter (where abs(talk_seconds - noted_seconds) > {{ call_duration_tolerance() }}))::int
        as durations_that_differ
from reconciled
group by account_id, date_day, provider
