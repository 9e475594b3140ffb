-- The partner that brought a counted lead, as the lead's field says; partner_word is its name made comparable.
select
    leads.account_id,
    leads.lead_id,
    leads.client_id,
    leads.status,
    leads.amount,
    leads.created_at,
    leads.created_date,
    leads.won_date,
    meanings.meaning_value as partner,
    {{ word('meanings.meaning_value') }} as partner_word
from {{ ref('int_crm__meanings') }} as meanings
inner join {{ ref('fct_leads') }} as leads
    on meanings.account_id = leads.account_id and meanings.source_entity_id = leads.source_lead_id
where
    meanings.entity_type = 'leads'
    and meanings.meaning = 'partner'
    and meanings.meaning_value is not null
    and leads.is_counted
