-- Searches a month of every keyword in each of its project's regions, over all trackers; unknown ones have no row.
select
    volumes.account_id,
    volumes.keyword_id,
    regions.region_index,
    volumes.volume
from {{ ref('stg_topvisor__volumes') }} as volumes
inner join {{ ref('stg_topvisor__regions') }} as regions
    on
        volumes.account_id = regions.account_id
        and volumes.project_id = regions.project_id
        and volumes.region_key = regions.region_key
        and volumes.searcher_key = regions.searcher_key
union all
select
    account_id,
    keyword_id,
    region_index,
    volume
from {{ ref('stg_seranking__volumes') }}
union all
select
    account_id,
    keyword_id,
    region_index,
    volume
from {{ ref('stg_yandexsearch__volumes') }}
