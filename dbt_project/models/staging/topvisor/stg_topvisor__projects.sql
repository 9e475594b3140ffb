select
    account_id,
    {{ entity_key('topvisor', 'source_id') }} as project_id,
    source_id as source_project_id,
    payload ->> 'name' as project_name,
    payload ->> 'site' as site,
    deleted_at is not null as is_deleted
from {{ source('topvisor', 'projects') }}
