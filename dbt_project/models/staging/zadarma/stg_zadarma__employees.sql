-- The exchange knows extensions, not people: the person is the e-mail address that the settings give an extension.
select
    account_id,
    {{ entity_key('zadarma', 'source_id') }} as employee_id,
    source_id as source_employee_id,
    source_id as employee_name,
    lower(btrim(payload ->> 'email')) as email,
    payload ->> 'number' as extension,
    deleted_at is not null as is_deleted
from {{ source('zadarma', 'extensions') }}
