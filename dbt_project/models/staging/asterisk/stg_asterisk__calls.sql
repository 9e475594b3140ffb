-- One row per call: its legs together. The employee is the one who talked longest, else the last one rung; the wait
-- ends with the first talk; times at which several legs talked count once.
with

legs as (
    select * from {{ ref('stg_asterisk__legs') }}
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
),

grouped as (
    select
        account_id,
        call_id,
        source_call_id,
        (array_agg(direction order by (direction = 'internal'), leg_no))[1] as direction,
        (array_agg(client_phone order by (client_phone is null), leg_no))[1] as client_phone,
        (array_agg(line_number order by (line_number is null), leg_no))[1] as line_number,
        (
            array_agg(source_employee_id order by talk_seconds desc, leg_no desc)
            filter (where source_employee_id is not null)
        )[1] as source_employee_id,
        (array_agg(outcome order by talk_seconds desc, leg_no desc))[1] as outcome,
        (array_agg(outcome_raw order by talk_seconds desc, leg_no desc))[1] as outcome_raw,
        (array_agg(recording_path order by (recording_path is null), leg_no))[1] as recording_path,
        range_agg(tstzrange(answered_at, ended_at)) filter (where talk_seconds > 0) as talks,
        min(started_at) as started_at,
        min(answered_at) as answered_at,
        max(ended_at) as ended_at,
        max(loaded_at) as loaded_at
    from legs
    group by account_id, call_id, source_call_id
),

talked as (
    select
        *,
        (
            select coalesce(sum(extract(epoch from upper(talk.span) - lower(talk.span))), 0)::int
            from unnest(grouped.talks) as talk (span)
        ) as talk_seconds
    from grouped
)

select
    talked.account_id,
    talked.call_id,
    talked.source_call_id,
    talked.direction,
    talked.outcome,
    talked.outcome_raw,
    talked.client_phone,
    talked.line_number,
    talked.source_employee_id,
    null::text as campaign_name,
    null::text as utm_source,
    null::text as utm_medium,
    null::text as utm_campaign,
    -- a path on the exchange: who opens it there is the exchange's affair
    talked.recording_path as recording_url,
    extract(epoch from coalesce(talked.answered_at, talked.ended_at) - talked.started_at)::int as wait_seconds,
    talked.talk_seconds,
    talked.started_at,
    accounts.time_zone,
    accounts.country_code,
    talked.loaded_at
from talked
inner join accounts on talked.account_id = accounts.account_id
