{# One exchange's calls in the columns in which all exchanges meet, out of stg_<provider>__calls. `started_at` says how the
   model tells the moment a call began: a column, or an expression over its columns. #}
{% macro exchange_calls(provider, started_at='started_at') -%}
    select
        account_id,
        '{{ provider }}' as provider,
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
        {{ started_at }} as started_at,
        time_zone,
        country_code,
        loaded_at
    from {{ ref('stg_' ~ provider ~ '__calls') }}
    where {{ loaded_since('loaded_at', "known.provider = '" ~ provider ~ "'") }}
{%- endmacro %}

{# One exchange's people, out of stg_<provider>__employees; e-mail in lower case, null where the exchange has none. #}
{% macro exchange_employees(provider) -%}
    select
        account_id,
        '{{ provider }}' as provider,
        source_employee_id,
        employee_name,
        email,
        extension
    from {{ ref('stg_' ~ provider ~ '__employees') }}
{%- endmacro %}

{# One exchange's legs, out of stg_<provider>__legs; times are null where the exchange tells none. #}
{% macro exchange_legs(provider) -%}
    select
        account_id,
        '{{ provider }}' as provider,
        call_id,
        leg_id,
        leg_no,
        source_employee_id,
        extension,
        started_at,
        answered_at,
        ended_at,
        talk_seconds,
        outcome,
        outcome_raw
    from {{ ref('stg_' ~ provider ~ '__legs') }}
{%- endmacro %}

{# The versions of a raw table partitioned by time that are in force: a record whose time was corrected lies in it twice. #}
{% macro newest_versions(relation) -%}
    select received.*
    from {{ relation }} as received
    where
        not exists (
            select 1
            from {{ relation }} as newer
            where
                newer.account_id = received.account_id
                and newer.source_id = received.source_id
                and newer.loaded_at > received.loaded_at
        )
{%- endmacro %}

{# How a leg or call of Mango Office ended, by its disconnect reason. #}
{% macro mango_outcome(talk_seconds, reason) -%}
    case
        when {{ talk_seconds }} > 0 then 'answered'
        when {{ reason }} in ('1111', '1163', '1164') then 'missed_no_answer'
        when {{ reason }} = '1121' or {{ reason }} like '116_' then 'missed_busy'
        when {{ reason }} in ('1120', '1122', '1123') then 'missed_rejected'
        when {{ reason }} = '1110' then 'missed_abandoned'
        when {{ reason }} like '119_' then 'missed_off_hours'
        when {{ reason }} in ('1150', '1151', '1152') then 'blocked'
        when {{ reason }} like '2___' then 'failed_billing'
        when {{ reason }} like '113_' or {{ reason }} like '42__' or {{ reason }} like '5___' then 'failed_technical'
        else 'unknown'
    end
{%- endmacro %}
