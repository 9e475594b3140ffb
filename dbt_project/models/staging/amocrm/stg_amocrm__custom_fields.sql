select
    account_id,
    split_part(source_id, ':', 1) as entity_type,
    payload ->> 'id' as source_field_id,
    payload ->> 'name' as field_name,
    payload ->> 'code' as field_code,
    payload ->> 'type' as field_type,
    deleted_at is not null as is_deleted
from {{ source('amocrm', 'custom_fields') }}
