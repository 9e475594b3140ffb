select
    lead.account_id,
    {{ entity_key('amocrm', 'lead.source_id', 'lead.account_id') }} as lead_id,
    lead.source_id as source_lead_id,
    tag ->> 'id' as source_tag_id,
    tag ->> 'name' as tag_name
from {{ ref('stg_amocrm__lead_records') }} as lead
cross join lateral jsonb_array_elements({{ json_array("lead.payload #> '{_embedded,tags}'") }}) as tag
