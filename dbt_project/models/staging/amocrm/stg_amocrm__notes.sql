select
    account_id,
    {{ entity_key('amocrm', "'note:' || source_id") }} as note_id,
    source_id as source_record_id,
    payload ->> 'id' as source_note_id,
    split_part(source_id, ':', 1) as entity_type,
    payload ->> 'entity_id' as source_entity_id,
    {{ entity_key('amocrm', "payload ->> 'entity_id'") }} as entity_id,
    payload ->> 'note_type' as note_type,
    nullif(payload ->> 'created_by', '0') as source_user_id,
    {{ entity_key('amocrm', "nullif(payload ->> 'created_by', '0')") }} as user_id,
    payload #>> '{params,uniq}' as source_call_id,
    payload #>> '{params,phone}' as phone,
    (payload #>> '{params,duration}')::numeric::int as duration_seconds,
    {{ unix_time("payload ->> 'created_at'") }} as created_at,
    deleted_at is not null as is_deleted
from {{ source('amocrm', 'notes') }}
