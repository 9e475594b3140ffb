select
    links.account_id,
    {{ entity_key('sheets', 'links.source_id', 'links.account_id') }} as links_id,
    links.payload ->> 'project' as project,
    (links.payload ->> 'checked_on')::date as checked_on,
    (links.payload ->> 'links_count')::int as links_count,
    links.payload ->> 'link' as link
from {{ source('sheets', 'links') }} as links
where links.deleted_at is null
