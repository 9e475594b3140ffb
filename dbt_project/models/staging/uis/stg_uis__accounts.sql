select
    account_id,
    source_id as source_exchange_id,
    payload ->> 'name' as exchange_name,
    coalesce(payload ->> 'timezone', payload ->> 'time_zone') as time_zone
from {{ source('uis', 'account') }}
