select
    account_id,
    {{ entity_key('amocrm', 'source_id') }} as catalog_id,
    source_id as source_catalog_id,
    payload ->> 'name' as catalog_name,
    payload ->> 'type' as catalog_type,
    deleted_at is not null as is_deleted
from {{ source('amocrm', 'catalogs') }}
