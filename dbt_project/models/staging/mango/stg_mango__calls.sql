-- A call is its legs. The employee is the one who talked, else the last one rung; the wait ends with the first talk.
with

legs as (
    select * from {{ ref('stg_mango__legs') }}
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
),

merged as (
    select
        account_id,
        call_id,
        source_call_id,
        (array_agg(direction order by (direction = 'internal'), leg_no))[1] as direction,
        (array_agg(client_phone order by (client_phone is null), leg_no))[1] as client_phone,
        (array_agg(line_number order by (nullif(line_number, '') is null), leg_no))[1] as line_number,
        (
            array_agg(
                source_employee_id order by (talk_seconds > 0) desc, (source_employee_id is null) asc, leg_no desc
            )
        )[1] as source_employee_id,
        (array_agg(outcome_raw order by (talk_seconds > 0) desc, leg_no desc))[1] as outcome_raw,
        (array_agg(recording_id order by (recording_id is null), leg_no))[1] as recording_id,
        sum(talk_seconds)::int as talk_seconds,
        min(started_at) as started_at,
        min(answered_at) filter (where talk_seconds > 0) as answered_at,
        max(ended_at) as ended_at,
        max(loaded_at) as loaded_at
    from legs
    group by account_id, call_id, source_call_id
)

select
    merged.account_id,
    merged.call_id,
    merged.source_call_id,
    merged.direction,
    {{ mango_outcome('merged.talk_seconds', 'merged.outcome_raw') }} as outcome,
    merged.outcome_raw,
    merged.client_phone,
    merged.line_number,
    merged.source_employee_id,
    null::text as campaign_name,
    null::text as utm_source,
    null::text as utm_medium,
    null::text as utm_campaign,
    -- the address alone: what opens it is a key, an expiry and a signature, which belong to nobody's table
    'https://app.mango-office.ru/vpbx/queries/recording/link/' || merged.recording_id || '/play' as recording_url,
    extract(epoch from coalesce(merged.answered_at, merged.ended_at) - merged.started_at)::int as wait_seconds,
    merged.talk_seconds,
    merged.started_at,
    accounts.time_zone,
    accounts.country_code,
    merged.loaded_at
from merged
inner join accounts on merged.account_id = accounts.account_id
