select
    account_id,
    {{ entity_key('megafon', 'source_id') }} as employee_id,
    source_id as source_employee_id,
    payload ->> 'name' as employee_name,
    nullif(lower(btrim(payload ->> 'email')), '') as email,
    nullif(btrim(payload ->> 'ext'), '') as extension,
    deleted_at is not null as is_deleted
from {{ source('megafon', 'users') }}
