-- What a call is: missed, a repeat, given up at once, in working time, and who got back to whom.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'call_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_calls__touched', 'by': ['account_id', 'call_id']}},
    indexes=[{'columns': ['account_id', 'call_id'], 'unique': true}]
) }}

{% set recovery_window = "interval '86400 seconds'" %}
{% set repeat_window = "interval '1800 seconds'" %}
with

calls as (
    select * from {{ ref('int_calls__unioned') }}
    where {{ changed('int_calls__touched', ['account_id', 'call_id']) }}
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
),

days as (
    select
        account_id,
        date_day,
        is_working_day
    from {{ ref('dim_dates') }}
),

timed as (
    select
        calls.*,
        calls.direction = 'in' and calls.talk_seconds = 0 as is_missed,
        -- a withheld number stands for itself alone
        coalesce(calls.client_number_key, calls.call_id) as caller,
        (calls.started_at at time zone accounts.time_zone) as started_local,
        accounts.work_start,
        accounts.work_end,
        accounts.work_weekdays
    from calls
    inner join accounts on calls.account_id = accounts.account_id
),

-- "later" begins with the next moment: two calls of one second do not recover each other
neighboured as (
    select
        *,
        lag(started_at) over (
            partition by account_id, caller, is_missed
            order by started_at, call_id
        ) as previous_at,
        min(started_at) filter (where direction = 'out' and talk_seconds > 0)
            over following_day as next_outgoing_talk_at,
        min(started_at) filter (where direction = 'in' and talk_seconds > 0)
            over following_day as next_incoming_talk_at
    from timed
    window following_day as (
        partition by account_id, caller
        order by started_at
        range between interval '1 microsecond' following and {{ recovery_window }} following
    )
),

judged as (
    select
        neighboured.*,
        neighboured.is_missed
        and coalesce(neighboured.started_at - neighboured.previous_at <= {{ repeat_window }}, false) as is_repeat,
        neighboured.is_missed and coalesce(neighboured.wait_seconds < 5, false) as is_short_abandon,
        neighboured.started_local::time >= neighboured.work_start
        and neighboured.started_local::time < neighboured.work_end
        and coalesce(
            days.is_working_day,
            extract(isodow from neighboured.started_local)::int = any(neighboured.work_weekdays)
        ) as is_working_time,
        case
            when neighboured.is_missed
                then least(neighboured.next_outgoing_talk_at, neighboured.next_incoming_talk_at)
        end as recovered_at
    from neighboured
    left join days
        on
            neighboured.account_id = days.account_id
            and neighboured.started_local::date = days.date_day
)

select
    account_id,
    provider,
    call_id,
    source_call_id,
    direction,
    outcome,
    outcome_raw,
    client_number_key,
    line_number,
    source_employee_id,
    campaign_name,
    utm_source,
    utm_medium,
    utm_campaign,
    recording_url,
    wait_seconds,
    talk_seconds,
    is_missed,
    is_repeat,
    is_short_abandon,
    is_working_time,
    case
        when recovered_at is null then null
        when recovered_at = next_outgoing_talk_at then 'us'
        else 'client'
    end as recovered_by,
    extract(epoch from recovered_at - started_at)::int as recovered_after_seconds,
    recovered_at,
    started_at,
    started_local::date as started_date
from judged
