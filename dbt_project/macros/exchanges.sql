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
