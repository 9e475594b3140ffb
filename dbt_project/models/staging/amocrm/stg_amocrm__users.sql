select
    account_id,
    {{ entity_key('amocrm', "payload ->> 'id'") }} as user_id,
    payload ->> 'id' as source_user_id,
    payload ->> 'name' as user_name,
    payload ->> 'email' as email,
    payload -> 'rights' ->> 'group_id' as source_group_id,
    payload -> 'rights' ->> 'role_id' as source_role_id,
    coalesce((payload -> 'rights' ->> 'is_admin')::boolean, false) as is_admin,
    coalesce((payload -> 'rights' ->> 'is_active')::boolean, false) and deleted_at is null as is_active
from {{ source('amocrm', 'users') }}
