select
    account_id,
    {{ entity_key('seranking', 'source_id') }} as project_id,
    source_id as source_project_id,
    coalesce(payload ->> 'title', payload ->> 'name') as project_name,
    payload ->> 'name' as site,
    deleted_at is not null as is_deleted
from {{ source('seranking', 'sites') }}
