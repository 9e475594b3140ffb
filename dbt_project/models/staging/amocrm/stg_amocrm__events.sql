select
    account_id,
    {{ entity_key('amocrm', 'source_id') }} as event_id,
    source_id as source_event_id,
    payload ->> 'type' as event_type,
    -- singular here, plural everywhere else
    payload ->> 'entity_type' as entity_type,
    payload ->> 'entity_id' as source_entity_id,
    {{ entity_key('amocrm', "payload ->> 'entity_id'") }} as entity_id,
    nullif(payload ->> 'created_by', '0') as source_user_id,
    {{ entity_key('amocrm', "nullif(payload ->> 'created_by', '0')") }} as user_id,
    {{ unix_time("payload ->> 'created_at'") }} as happened_at,
    payload #> '{value_before,0}' as value_before,
    payload #> '{value_after,0}' as value_after,
    {{ json_array("payload -> 'value_after'") }} as values_after,
    loaded_at
from {{ source('amocrm', 'events') }}
