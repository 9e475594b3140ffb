-- The first outgoing touch by a person at or after a lead's creation.
{{ config(indexes=[{'columns': ['account_id', 'lead_id'], 'unique': true}]) }}

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
group by lead.account_id, lead.lead_id, lead.created_at
