select
    account_id,
    {{ entity_key('amocrm', "'customer_status:' || source_id") }} as customer_status_id,
    source_id as source_customer_status_id,
    payload ->> 'name' as customer_status_name,
    (payload ->> 'sort')::int as customer_status_sort,
    -- 0 ordinary, 1 purchase expected, 2 did not buy, 3 closed, 4 recently bought
    (payload ->> 'type')::int as customer_status_type,
    deleted_at is not null as is_deleted
from {{ source('amocrm', 'customer_statuses') }}
