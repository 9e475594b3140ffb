select
    account_id,
    {{ entity_key('amocrm', 'source_id') }} as transaction_id,
    source_id as source_transaction_id,
    coalesce(payload ->> 'customer_id', payload #>> '{_embedded,customer,id}') as source_customer_id,
    (payload ->> 'price')::numeric(18, 2) as amount,
    payload ->> 'comment' as comment,
    {{ unix_time("payload ->> 'completed_at'") }} as completed_at,
    {{ unix_time("payload ->> 'created_at'") }} as created_at,
    deleted_at is not null or coalesce((payload ->> 'is_deleted')::boolean, false) as is_deleted
from {{ source('amocrm', 'transactions') }}
