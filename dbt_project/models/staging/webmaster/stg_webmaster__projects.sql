select
    account_id,
    {{ entity_key('webmaster', 'source_id') }} as project_id,
    source_id as source_project_id,
    coalesce(payload ->> 'unicode_host_url', payload ->> 'ascii_host_url', source_id) as project_name,
    coalesce(payload ->> 'unicode_host_url', payload ->> 'ascii_host_url', source_id) as site,
    deleted_at is not null as is_deleted
from {{ source('webmaster', 'hosts') }}
