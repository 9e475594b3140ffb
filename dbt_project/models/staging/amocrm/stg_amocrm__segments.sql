select
    account_id,
    {{ entity_key('amocrm', 'source_id') }} as segment_id,
    source_id as source_segment_id,
    payload ->> 'name' as segment_name,
    (payload ->> 'customers_count')::integer as customers,
    deleted_at is not null as is_deleted
from {{ source('amocrm', 'segments') }}
