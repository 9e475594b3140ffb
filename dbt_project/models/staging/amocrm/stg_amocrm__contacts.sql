select
    account_id,
    {{ entity_key('amocrm', 'source_id') }} as contact_id,
    source_id as source_contact_id,
    payload ->> 'name' as contact_name,
    payload #>> '{_embedded,companies,0,id}' as source_company_id,
    {{ entity_key('amocrm', "nullif(payload ->> 'responsible_user_id', '0')") }} as user_id,
    {{ unix_time("payload ->> 'created_at'") }} as created_at,
    {{ unix_time("payload ->> 'updated_at'") }} as updated_at,
    deleted_at is not null as is_deleted
from {{ source('amocrm', 'contacts') }}
