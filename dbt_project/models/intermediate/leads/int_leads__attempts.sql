-- How often the people behind a lead had been tried before: earlier leads of any of its contacts that stand in lost and
-- were lost before this one was created. Deleted, merged, spam, test and duplicate leads were no attempts.
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
    count(distinct earlier.lead_id) as lost_before
from {{ ref('int_leads__records') }} as lead
inner join {{ ref('int_leads__contacts') }} as contact
    on lead.account_id = contact.account_id and lead.lead_id = contact.lead_id
inner join {{ ref('int_leads__contacts') }} as shared
    on contact.account_id = shared.account_id and contact.contact_id = shared.contact_id
inner join {{ ref('int_leads__outcomes') }} as earlier
    on shared.account_id = earlier.account_id and shared.lead_id = earlier.lead_id
inner join {{ ref('int_leads__flags') }} as flag
    on earlier.account_id = flag.account_id and earlier.lead_id = flag.lead_id
where
    earlier.lost_at < lead.created_at
    and earlier.lead_id != lead.lead_id
    and flag.is_counted
    and {{ changed('int_leads__touched', ['lead.account_id', 'lead.lead_id']) }}
group by lead.account_id, lead.lead_id
