{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['call_id'],
    on_schema_change='fail',
    meta={'log': ['account_id', 'call_id', 'client_number_key', 'source_call_id']},
    indexes=[
        {'columns': ['call_id'], 'unique': true},
        {'columns': ['account_id', 'client_number_key']},
        {'columns': ['account_id', 'source_call_id']},
        {'columns': ['provider', 'loaded_at']}
    ]
) }}
-- The only place where exchanges meet: a new one is one more `union all` below. A row comes from one received call and
-- the account's zone and country alone, so only calls that came or changed since are made anew. The
-- client's number goes no further than this: from here on it is a key.
with

received as (
    {{ exchange_calls('uis', moment_of('started_at_local', 'time_zone')) }}
    union all
    {{ exchange_calls('zadarma') }}
    union all
    {{ exchange_calls('mango') }}
    union all
    {{ exchange_calls('megafon') }}
    union all
    {{ exchange_calls('asterisk') }}
)

select
    account_id,
    provider,
    call_id,
    source_call_id,
    direction,
    outcome,
    outcome_raw,
    {{ number_key(phone_digits('client_phone', 'country_code')) }} as client_number_key,
    {{ phone_digits('line_number', 'country_code') }} as line_number,
    source_employee_id,
    campaign_name,
    utm_source,
    utm_medium,
    utm_campaign,
    recording_url,
    wait_seconds,
    talk_seconds,
    started_at,
    time_zone,
    country_code,
    loaded_at
from received
