-- Engine, region and device in one number that a new region does not shift.
select
    account_id,
    {{ entity_key('positionscsv', 'source_id') }} as check_id,
    source_id as source_check_id,
    {{ entity_key('positionscsv', "payload ->> 'project'") }} as project_id,
    {{ entity_key('positionscsv', "(payload ->> 'project') || ':' || (payload ->> 'keyword')") }} as keyword_id,
    payload ->> 'project' as source_project_id,
    payload ->> 'keyword' as source_keyword_id,
    (
        'x'
        || left(md5((payload ->> 'engine') || ':' || (payload ->> 'region') || ':' || (payload ->> 'device')), 7)
    )::bit(28)::int as region_index,
    payload ->> 'keyword' as keyword,
    null::text as keyword_group,
    payload ->> 'engine' as engine,
    payload ->> 'region' as region,
    payload ->> 'device' as device,
    (payload ->> 'depth')::int as depth,
    (payload ->> 'date')::date as checked_on,
    (payload ->> 'position')::int as position,
    payload ->> 'url' as url,
    loaded_at
from {{ source('positionscsv', 'checks') }}
