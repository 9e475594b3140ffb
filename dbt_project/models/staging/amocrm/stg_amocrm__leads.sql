select
    account_id,
    {{ entity_key('amocrm', 'source_id') }} as lead_id,
    source_id as source_lead_id,
    {{ entity_key('amocrm', "payload ->> 'pipeline_id'") }} as pipeline_id,
    payload ->> 'pipeline_id' as source_pipeline_id,
    {{ stage_key("payload ->> 'pipeline_id'", "payload ->> 'status_id'") }} as stage_id,
    payload ->> 'status_id' as source_stage_id,
    {{ entity_key('amocrm', "nullif(payload ->> 'responsible_user_id', '0')") }} as user_id,
    nullif(payload ->> 'responsible_user_id', '0') as source_user_id,
    payload #>> '{_embedded,companies,0,id}' as source_company_id,
    payload ->> 'name' as lead_name,
    (payload ->> 'price')::numeric(18, 2) as amount,
    payload ->> 'loss_reason_id' as source_loss_reason_id,
    -- documented as an object, served as an array
    coalesce(
        payload #>> '{_embedded,loss_reason,0,name}', payload #>> '{_embedded,loss_reason,name}'
    ) as loss_reason_name,
    {{ unix_time("payload ->> 'created_at'") }} as created_at,
    {{ unix_time("payload ->> 'updated_at'") }} as updated_at,
    {{ unix_time("payload ->> 'closed_at'") }} as closed_at,
    source_updated_at,
    deleted_at,
    deletion_kind,
    is_stripped
from {{ ref('stg_amocrm__lead_records') }}
