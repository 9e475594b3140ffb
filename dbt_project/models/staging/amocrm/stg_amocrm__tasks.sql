select
    account_id,
    {{ entity_key('amocrm', 'source_id') }} as task_id,
    source_id as source_task_id,
    payload ->> 'entity_type' as entity_type,
    payload ->> 'entity_id' as source_entity_id,
    {{ entity_key('amocrm', "nullif(payload ->> 'responsible_user_id', '0')") }} as user_id,
    payload ->> 'task_type_id' as source_task_type_id,
    payload ->> 'text' as task_text,
    -- an empty result is an empty array, a filled one an object
    case when jsonb_typeof(payload -> 'result') = 'object' then payload #>> '{result,text}' end as result_text,
    coalesce((payload ->> 'is_completed')::boolean, false) as is_completed,
    (payload ->> 'duration')::int as duration_seconds,
    {{ unix_time("payload ->> 'created_at'") }} as created_at,
    {{ unix_time("payload ->> 'updated_at'") }} as updated_at,
    {{ unix_time("payload ->> 'complete_till'") }} as complete_till,
    deleted_at is not null as is_deleted
from {{ source('amocrm', 'tasks') }}
