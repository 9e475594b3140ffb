-- The depth is that of the last check that tells one.
select distinct on (account_id, project_id, region_index)
    account_id,
    project_id,
    source_project_id,
    region_index,
    engine,
    region as region_key,
    region,
    device,
    depth
from {{ ref('stg_positionscsv__positions') }}
order by
    account_id asc, project_id asc, region_index asc, depth is null asc, checked_on desc, check_id asc
