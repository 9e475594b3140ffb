-- Region and device in one number. One name for a region of all sites, the last written: a name changed in one line
-- would otherwise make two regions.
with

lines as (
    select
        account_id,
        payload ->> 'site' as site,
        payload ->> 'region' as region_key,
        payload ->> 'region_name' as region,
        payload ->> 'device' as device,
        (payload ->> 'depth')::int as depth,
        deleted_at,
        loaded_at,
        source_id
    from {{ source('yandexsearch', 'keywords') }}
)

select distinct on (account_id, site, region_key, device)
    account_id,
    {{ entity_key('yandexsearch', 'site') }} as project_id,
    site as source_project_id,
    {{ yandexsearch_region_index('region_key', 'device') }} as region_index,
    'yandex' as engine,
    region_key,
    first_value(region) over (
        partition by account_id, region_key
        order by deleted_at desc nulls first, loaded_at desc, source_id asc
    ) as region,
    device,
    depth
from lines
order by
    account_id asc, site asc, region_key asc, device asc, deleted_at desc nulls first, loaded_at desc, source_id asc
