-- Times come without a zone, local to the exchange's account; they stay so here, beside the zone they are meant in.
with

received as (
    select * from {{ source('uis', 'calls') }}
),

-- a call whose start was corrected lies in raw twice: its month is part of the key there
calls as (
    select received.*
    from received
    where
        not exists (
            select 1
            from {{ source('uis', 'calls') }} as newer
            where
                newer.account_id = received.account_id
                and newer.source_id = received.source_id
                and newer.loaded_at > received.loaded_at
        )
),

exchanges as (
    select
        account_id,
        max(time_zone) as time_zone
    from {{ ref('stg_uis__accounts') }}
    group by account_id
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
),

typed as (
    select
        calls.account_id,
        {{ entity_key('uis', 'calls.source_id', 'calls.account_id') }} as call_id,
        calls.source_id as source_call_id,
        calls.payload ->> 'communication_id' as source_communication_id,
        calls.payload ->> 'direction' as direction,
        calls.payload ->> 'finish_reason' as outcome_raw,
        calls.payload ->> 'contact_phone_number' as client_phone,
        calls.payload ->> 'virtual_phone_number' as line_number,
        -- the one who talked, else the one who picked up, else the last one who was rung
        coalesce(
            (
                select rung.employee ->> 'employee_id'
                from
                    jsonb_array_elements({{ json_array("calls.payload -> 'employees'") }})
                    with ordinality as rung (employee, place)
                order by
                    coalesce((rung.employee ->> 'is_talked')::boolean, false) desc,
                    coalesce((rung.employee ->> 'is_answered')::boolean, false) desc,
                    rung.place desc
                limit 1
            ),
            calls.payload ->> 'last_answered_employee_id'
        ) as source_employee_id,
        calls.payload ->> 'campaign_name' as campaign_name,
        calls.payload ->> 'utm_source' as utm_source,
        calls.payload ->> 'utm_medium' as utm_medium,
        calls.payload ->> 'utm_campaign' as utm_campaign,
        calls.payload #>> '{call_records,0}' as recording_id,
        (calls.payload ->> 'wait_duration')::int as wait_seconds,
        coalesce(
            (calls.payload ->> 'clean_talk_duration')::int, (calls.payload ->> 'talk_duration')::int, 0
        ) as talk_seconds,
        (calls.payload ->> 'start_time')::timestamp as started_at_local,
        coalesce(exchanges.time_zone, accounts.time_zone) as time_zone,
        accounts.country_code,
        calls.loaded_at
    from calls
    left join exchanges on calls.account_id = exchanges.account_id
    inner join accounts on calls.account_id = accounts.account_id
)

select
    account_id,
    call_id,
    source_call_id,
    direction,
    outcome_raw,
    client_phone,
    line_number,
    source_employee_id,
    campaign_name,
    utm_source,
    utm_medium,
    utm_campaign,
    wait_seconds,
    talk_seconds,
    started_at_local,
    time_zone,
    country_code,
    loaded_at,
    case
        when talk_seconds > 0 then 'answered'
        when outcome_raw in ('operator_not_responsible', 'timeout', 'no_success_operator_call')
            then 'missed_no_answer'
        when outcome_raw like '%busy' or outcome_raw = 'max_in_call_reached' then 'missed_busy'
        when outcome_raw in ('subscriber_disconnects', 'disconnect_before_call_processing') then 'missed_abandoned'
        when outcome_raw like '%by_schedule' then 'missed_off_hours'
        when outcome_raw = 'numa_in_black_list' then 'blocked'
        when outcome_raw = 'not_enough_money' then 'failed_billing'
        when outcome_raw like '%problems' or outcome_raw in ('internal_error', 'sip_offline', 'no_active_scenario')
            then 'failed_technical'
        else 'unknown'
    end as outcome,
    'https://app.uiscom.ru/system/media/talk/' || source_communication_id || '/' || recording_id || '/' as recording_url
from typed
