-- Engine, region and device of each region index of a project. A region that was taken out of the project keeps what
-- it was, from the last version of the project that had it. Depth is counted by the tracker in pages: of a hundred
-- places for Yandex, of ten for the others.
with

versions as (
    select
        account_id,
        source_id,
        payload,
        'infinity'::timestamptz as replaced_at
    from {{ source('topvisor', 'projects') }}
    union all
    select
        account_id,
        source_id,
        payload,
        replaced_at
    from {{ source('topvisor', 'projects_history') }}
),

regions as (
    select distinct on (versions.account_id, versions.source_id, region ->> 'index')
        versions.account_id,
        versions.source_id,
        (region ->> 'index')::int as region_index,
        coalesce(searcher ->> 'key', searcher ->> 'searcher_key') as searcher_key,
        coalesce(region ->> 'key', region ->> 'region_key') as region_key,
        coalesce(region ->> 'name', region ->> 'region_name') as region_name,
        coalesce(region ->> 'device', region ->> 'region_device') as device_code,
        coalesce(region ->> 'depth', region ->> 'region_depth')::int as depth_pages
    from versions
    cross join lateral jsonb_array_elements({{ json_array("versions.payload -> 'searchers'") }}) as searcher
    cross join lateral jsonb_array_elements({{ json_array("searcher -> 'regions'") }}) as region
    order by versions.account_id asc, versions.source_id asc, region ->> 'index' asc, versions.replaced_at desc
)

select
    account_id,
    {{ entity_key('topvisor', 'source_id') }} as project_id,
    source_id as source_project_id,
    region_index,
    case searcher_key
        when '0' then 'yandex'
        when '1' then 'google'
        when '5' then 'bing'
        else 'searcher ' || searcher_key
    end as engine,
    searcher_key,
    region_key,
    region_name as region,
    case device_code
        when '0' then 'desktop'
        when '1' then 'tablet'
        when '2' then 'mobile'
        else 'device ' || device_code
    end as device,
    depth_pages * case searcher_key when '0' then 100 else 10 end as depth
from regions
