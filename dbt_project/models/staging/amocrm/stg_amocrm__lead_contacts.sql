select
    lead.account_id,
    {{ entity_key('amocrm', 'lead.source_id', 'lead.account_id') }} as lead_id,
    lead.source_id as source_lead_id,
    {{ entity_key('amocrm', "contact ->> 'id'", 'lead.account_id') }} as contact_id,
    contact ->> 'id' as source_contact_id,
    coalesce((contact ->> 'is_main')::boolean, false) as is_main
from {{ ref('stg_amocrm__lead_records') }} as lead
cross join lateral jsonb_array_elements({{ json_array("lead.payload #> '{_embedded,contacts}'") }}) as contact
