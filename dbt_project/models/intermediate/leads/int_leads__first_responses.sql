-- How long a lead waited for its first touch, on two clocks: calendar and working time.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id'], 'unique': true}]
) }}

with touches as (
    select
        touch.account_id,
        touch.lead_id,
        touch.created_at,
        touch.responded_at,
        touch.created_at at time zone account.time_zone as created_local,
        touch.responded_at at time zone account.time_zone as responded_local
    from {{ ref('int_leads__first_touches') }} as touch
    inner join {{ ref('stg_ops__accounts') }} as account on touch.account_id = account.account_id
    where {{ changed('int_leads__touched', ['touch.account_id', 'touch.lead_id']) }}
)

select
    touches.account_id,
    touches.lead_id,
    touches.responded_at as first_response_at,
    round(extract(epoch from touches.responded_at - touches.created_at) / 60, 2) as first_response_minutes,
    round(
        (
            {{ work_seconds('response_day', 'touches.responded_local::time') }}
            - {{ work_seconds('creation_day', 'touches.created_local::time') }}
        ) / 60,
        2
    ) as first_response_work_minutes
from touches
left join {{ ref('int_dates__work_clock') }} as creation_day
    on touches.account_id = creation_day.account_id and touches.created_local::date = creation_day.date_day
left join {{ ref('int_dates__work_clock') }} as response_day
    on touches.account_id = response_day.account_id and touches.responded_local::date = response_day.date_day
