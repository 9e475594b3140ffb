-- One row per call: its legs together. The statistics know neither the wait nor the agency's own line.
with

legs as (
    select * from {{ ref('stg_zadarma__legs') }}
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
),

grouped as (
    select
        account_id,
        call_id,
        source_call_id,
        (array_agg(direction order by leg_no))[1] as direction,
        (array_agg(client_phone order by leg_no))[1] as client_phone,
        -- the leg with the longest talk tells how the call went and who had it; without talk, the last one
        (array_agg(outcome order by talk_seconds desc, leg_no desc))[1] as outcome,
        (array_agg(outcome_raw order by talk_seconds desc, leg_no desc))[1] as outcome_raw,
        (
            array_agg(source_employee_id order by talk_seconds desc, leg_no desc)
            filter (where source_employee_id is not null)
        )[1] as source_employee_id,
        sum(talk_seconds)::int as talk_seconds,
        bool_or(is_recorded) as is_recorded,
        min(started_at) as started_at,
        max(loaded_at) as loaded_at
    from legs
    group by account_id, call_id, source_call_id
)

select
    grouped.account_id,
    grouped.call_id,
    grouped.source_call_id,
    grouped.direction,
    grouped.outcome,
    grouped.outcome_raw,
    grouped.client_phone,
    null::text as line_number,
    grouped.source_employee_id,
    null::text as campaign_name,
    null::text as utm_source,
    null::text as utm_medium,
    null::text as utm_campaign,
    -- answers a signed request with a link that lives for a while
    case
        when grouped.is_recorded
            then 'https://api.zadarma.com/v1/pbx/record/request/?pbx_call_id=' || grouped.source_call_id
    end as recording_url,
    null::int as wait_seconds,
    grouped.talk_seconds,
    grouped.started_at,
    accounts.time_zone,
    accounts.country_code,
    grouped.loaded_at
from grouped
inner join accounts on grouped.account_id = accounts.account_id
