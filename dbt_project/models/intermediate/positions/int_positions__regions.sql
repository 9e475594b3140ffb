-- Engine, region, device and depth of every project's region, over all trackers.
select
    account_id,
    'topvisor' as provider,
    project_id,
    region_index,
    engine,
    region_key,
    region,
    device,
    depth
from {{ ref('stg_topvisor__regions') }}
