-- What the exchange and the CRM do not agree about, call by call. Calls of numbers that no contact had are left out:
-- the CRM keeps no note of those.
with

reconciled as (
    select * from {{ ref('int_calls__reconciled') }}
),

judged as (
    select
        *,
        case
            when call_id is null and is_repeated_note then 'note_repeated'
            when call_id is null then 'call_missing'
            when note_id is null and is_number_known then 'note_missing'
            when abs(talk_seconds - noted_seconds) > {{ call_duration_tolerance() }} then 'duration_differs'
        end as reason
    from reconciled
)

select
    account_id,
    account_id || ':' || reason || ':' || coalesce(call_id, note_id) as difference_id,
    provider,
    reason,
    call_id,
    note_id,
    date_day,
    talk_seconds,
    noted_seconds,
    happened_at
from judged
where reason is not null
