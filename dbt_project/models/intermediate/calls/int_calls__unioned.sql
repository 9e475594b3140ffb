{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='call_id',
    on_schema_change='fail',
    indexes=[{'columns': ['call_id'], 'unique': true}]
) }}
-- The only place where exchanges meet: a new one is one more `union all` below. A row comes from one received call and
-- the account's zone and country alone, so only calls that came or changed since, or whose settings changed, are made
-- anew. The client's number goes no further than this: from here on it is a key.
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
),

changed as (
    select received.*
    from received
    {% if is_incremental() %}
    left join {{ this }} as known on received.call_id = known.call_id
    where
        known.loaded_at is distinct from received.loaded_at
        or known.time_zone is distinct from received.time_zone
        or known.country_code is distinct from received.country_code
    {% endif %}
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
from changed
