-- The first outgoing touch by a person at or after a lead's creation.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id'], 'unique': true}]
) }}

select
    lead.account_id,
    lead.lead_id,
    lead.created_at,
    min(touches.touched_at) as responded_at
from {{ ref('int_leads__records') }} as lead
inner join {{ ref('int_leads__touches') }} as touches
    on
        lead.account_id = touches.account_id
        and lead.lead_id = touches.lead_id
        and lead.created_at <= touches.touched_at
where {{ changed('int_leads__touched', ['lead.account_id', 'lead.lead_id']) }}
group by lead.account_id, lead.lead_id, lead.created_at
