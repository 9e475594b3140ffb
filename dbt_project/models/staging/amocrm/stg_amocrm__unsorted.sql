-- Accepted and declined requests leave the list: they stay here as taken.
select
    account_id,
    {{ entity_key('amocrm', 'source_id') }} as request_id,
    source_id as source_request_id,
    payload ->> 'category' as category,
    payload ->> 'source_name' as source_name,
    payload ->> 'pipeline_id' as source_pipeline_id,
    payload #>> '{_embedded,leads,0,id}' as source_lead_id,
    {{ entity_key('amocrm', "payload #>> '{_embedded,leads,0,id}'") }} as lead_id,
    {{ entity_key('amocrm', "payload #>> '{_embedded,contacts,0,id}'") }} as contact_id,
    payload #>> '{metadata,form_name}' as form_name,
    payload #>> '{metadata,form_page}' as form_page,
    payload #>> '{metadata,referer}' as referer,
    {{ unix_time("payload ->> 'created_at'") }} as created_at,
    deleted_at is not null as is_taken,
    deleted_at as taken_at
from {{ source('amocrm', 'unsorted') }}
