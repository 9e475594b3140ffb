-- A buyer's client is its company; a buyer without one is a client of its own.
select
    account_id,
    {{ entity_key('amocrm', 'source_id') }} as customer_id,
    source_id as source_customer_id,
    payload ->> 'name' as customer_name,
    payload #>> '{_embedded,companies,0,id}' as source_company_id,
    {{ entity_key(
        'amocrm', "coalesce(payload #>> '{_embedded,companies,0,id}', 'customer:' || source_id)"
    ) }} as client_id,
    {{ entity_key('amocrm', "nullif(payload ->> 'responsible_user_id', '0')") }} as user_id,
    {{ unix_time("payload ->> 'created_at'") }} as created_at,
    {{ unix_time("payload ->> 'updated_at'") }} as updated_at,
    deleted_at is not null as is_deleted
from {{ source('amocrm', 'customers') }}
