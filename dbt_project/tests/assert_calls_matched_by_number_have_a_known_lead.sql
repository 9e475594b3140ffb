-- A note may name a lead that was gone before it could be loaded; a lead found by number is one we have.
select calls.call_id
from {{ ref('fct_calls') }} as calls
left join {{ ref('fct_leads') }} as leads
    on calls.account_id = leads.account_id and calls.lead_id = leads.lead_id
where calls.matched_by = 'number' and leads.lead_id is null
