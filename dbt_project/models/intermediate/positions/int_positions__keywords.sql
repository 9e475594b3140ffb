-- Tracked phrases over all trackers.
select
    account_id,
    'topvisor' as provider,
    project_id,
    keyword_id,
    keyword,
    keyword_group,
    deleted_at
from {{ ref('stg_topvisor__keywords') }}
