select
    account_id,
    split_part(source_id, ':', 1) as entity_type,
    payload ->> 'id' as source_field_group_id,
    payload ->> 'name' as field_group_name,
    (payload ->> 'sort')::int as field_group_sort,
    deleted_at is not null as is_deleted
from {{ source('amocrm', 'custom_field_groups') }}
