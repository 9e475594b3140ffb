select
    account_id,
    {{ entity_key('uis', 'source_id') }} as employee_id,
    source_id as source_employee_id,
    coalesce(
        payload ->> 'full_name', concat_ws(' ', payload ->> 'last_name', payload ->> 'first_name')
    ) as employee_name,
    lower(btrim(payload ->> 'email')) as email,
    payload #>> '{extension,extension_phone_number}' as extension,
    deleted_at is not null as is_deleted
from {{ source('uis', 'employees') }}
