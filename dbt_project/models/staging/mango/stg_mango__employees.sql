-- Calls name people by their extension, so one row is one extension; of two people with it, the one who is there.
with

received as (
    select
        account_id,
        source_id,
        deleted_at,
        loaded_at,
        payload #>> '{general,name}' as employee_name,
        lower(btrim(payload #>> '{general,email}')) as email,
        nullif(btrim(payload #>> '{telephony,extension}'), '') as extension
    from {{ source('mango', 'users') }}
)

select distinct on (account_id, extension)
    account_id,
    {{ entity_key('mango', 'extension') }} as employee_id,
    extension as source_employee_id,
    employee_name,
    nullif(email, '') as email,
    extension,
    deleted_at is not null as is_deleted
from received
where extension is not null
order by account_id asc, extension asc, (deleted_at is null) desc, loaded_at desc, source_id desc
