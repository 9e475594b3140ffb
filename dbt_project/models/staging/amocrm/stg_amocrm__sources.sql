select
    account_id,
    {{ entity_key('amocrm', "'source:' || source_id") }} as lead_source_id,
    source_id as source_lead_source_id,
    payload ->> 'name' as lead_source_name,
    payload ->> 'external_id' as external_id,
    payload ->> 'pipeline_id' as source_pipeline_id,
    payload ->> 'origin_code' as origin_code,
    coalesce((payload ->> 'default')::boolean, false) as is_default,
    deleted_at is not null as is_deleted
from {{ source('amocrm', 'sources') }}
