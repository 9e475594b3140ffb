{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='call_id',
    on_schema_change='fail',
    indexes=[{'columns': ['call_id'], 'unique': true}]
) }}
-- The only place where exchanges meet: a new one is one more branch. A row comes from one received call and the
-- account's zone and country alone, so only calls that came or changed since, or whose settings changed, are made anew.
-- The client's number goes no further than this: from here on it is a key.
with

uis as (
    select
        account_id,
        'uis' as provider,
        call_id,
        source_call_id,
        case when direction in ('in', 'out') then direction else 'internal' end as direction,
        outcome,
        outcome_raw,
        client_phone,
        line_number,
        source_employee_id,
        campaign_name,
        utm_source,
        utm_medium,
        utm_campaign,
        recording_url,
        wait_seconds,
        talk_seconds,
        {{ moment_of('started_at_local', 'time_zone') }} as started_at,
        time_zone,
        country_code,
        loaded_at
    from {{ ref('stg_uis__calls') }}
),

changed as (
    select uis.*
    from uis
    {% if is_incremental() %}
    left join {{ this }} as known on uis.call_id = known.call_id
    where
        known.loaded_at is distinct from uis.loaded_at
        or known.time_zone is distinct from uis.time_zone
        or known.country_code is distinct from uis.country_code
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
