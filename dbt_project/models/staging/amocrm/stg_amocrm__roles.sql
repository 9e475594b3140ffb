select
    account_id,
    source_id as source_role_id,
    payload ->> 'name' as role_name
from {{ source('amocrm', 'roles') }}
