select
    lead.account_id,
    lead.lead_id,
    lead.stage_id,
    visit.stage_id as visited_stage_id
from {{ ref('fct_leads') }} as lead
full outer join {{ ref('fct_stage_visits') }} as visit
    on lead.account_id = visit.account_id and lead.lead_id = visit.lead_id
where visit.exited_at is null and visit.stage_id is distinct from lead.stage_id
