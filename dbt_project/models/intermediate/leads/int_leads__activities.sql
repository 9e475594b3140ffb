-- Moments at which something happened with a counted lead: its creation, outgoing touches by people, calls with it in
-- either direction, and its stage changes. What lies ahead is here too, and for those who read it to leave out.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id', 'happened_at']}, {'columns': ['happened_at']}]
) }}

with activities as (
    select
        account_id,
        lead_id,
        created_at as happened_at
    from {{ ref('int_leads__records') }}
    where {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
    union
    select
        account_id,
        lead_id,
        touched_at as happened_at
    from {{ ref('int_leads__touches') }}
    where {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
    union
    select
        account_id,
        lead_id,
        started_at as happened_at
    from {{ ref('fct_calls') }}
    where lead_id is not null and not is_spam and {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
    union
    select
        account_id,
        lead_id,
        entered_at as happened_at
    from {{ ref('int_leads__stage_visits') }}
    where {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
)

select
    activities.account_id,
    activities.lead_id,
    activities.happened_at
from activities
inner join {{ ref('int_leads__records') }} as lead
    on
        activities.account_id = lead.account_id
        and activities.lead_id = lead.lead_id
        and activities.happened_at >= lead.created_at
inner join {{ ref('int_leads__flags') }} as flag
    on activities.account_id = flag.account_id and activities.lead_id = flag.lead_id
where flag.is_counted
