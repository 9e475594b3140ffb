-- One row per keyword in a region of its project: what it is, and from which day on (inclusive) until which (exclusive)
-- it could be checked: from its first check there until it was taken out of the tracker.
with

first_checks as (
    select
        account_id,
        provider,
        project_id,
        source_project_id,
        region_index,
        keyword_id,
        source_keyword_id,
        min(checked_on) as first_checked_on,
        max(keyword) as checked_keyword,
        max(keyword_group) as checked_group
    from {{ ref('int_positions__unioned') }}
    group by
        account_id, provider, project_id, source_project_id, region_index, keyword_id, source_keyword_id
),

keywords as (
    select * from {{ ref('int_positions__keywords') }}
),

regions as (
    select * from {{ ref('int_positions__regions') }}
),

volumes as (
    select * from {{ ref('int_positions__volumes') }}
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
)

select
    first_checks.account_id,
    first_checks.provider,
    first_checks.project_id,
    first_checks.source_project_id,
    first_checks.keyword_id,
    first_checks.source_keyword_id,
    coalesce(keywords.keyword, first_checks.checked_keyword) as keyword,
    coalesce(keywords.keyword_group, first_checks.checked_group) as keyword_group,
    first_checks.region_index,
    coalesce(regions.engine, 'unknown') as engine,
    coalesce(regions.region, 'unknown') as region,
    regions.region_key as source_region_id,
    coalesce(regions.device, 'unknown') as device,
    regions.depth,
    volumes.volume,
    first_checks.first_checked_on,
    {{ local_date('keywords.deleted_at', 'accounts.time_zone') }} as removed_on
from first_checks
inner join accounts on first_checks.account_id = accounts.account_id
left join keywords
    on first_checks.account_id = keywords.account_id and first_checks.keyword_id = keywords.keyword_id
left join regions
    on
        first_checks.account_id = regions.account_id
        and first_checks.project_id = regions.project_id
        and first_checks.region_index = regions.region_index
left join volumes
    on
        first_checks.account_id = volumes.account_id
        and first_checks.keyword_id = volumes.keyword_id
        and first_checks.region_index = volumes.region_index
