-- Rebuilt whole: a keyword's name, volume and region are those of today in every row, and a check that arrives late
-- moves the first day of its keyword. Reading the checks themselves is incremental, see int_positions__unioned.
{{ config(indexes=[
    {'columns': ['account_id', 'checked_on', 'project_id']},
    {'columns': ['project_id', 'engine', 'region', 'device', 'checked_on']}
]) }}

with

expected as (
    select * from {{ ref('int_positions__expected') }}
),

checks as (
    select * from {{ ref('int_positions__unioned') }}
),

regions as (
    select * from {{ ref('int_positions__regions') }}
),

keywords as (
    select * from {{ ref('int_positions__keywords') }}
),

volumes as (
    select * from {{ ref('int_positions__volumes') }}
),

-- names for keywords that the tracker's list no longer holds
last_names as (
    select distinct on (account_id, keyword_id)
        account_id,
        provider,
        project_id,
        keyword_id,
        source_project_id,
        source_keyword_id,
        keyword,
        keyword_group
    from checks
    order by account_id asc, keyword_id asc, checked_on desc, check_id desc
)

select
    expected.account_id,
    last_names.provider,
    expected.project_id,
    last_names.source_project_id,
    expected.keyword_id,
    last_names.source_keyword_id,
    coalesce(keywords.keyword, last_names.keyword) as keyword,
    coalesce(keywords.keyword_group, last_names.keyword_group) as keyword_group,
    expected.region_index,
    coalesce(regions.engine, 'unknown') as engine,
    coalesce(regions.region, 'unknown') as region,
    regions.region_key as source_region_id,
    coalesce(regions.device, 'unknown') as device,
    expected.checked_on,
    checks.position,
    case
        when checks.check_id is null then 'not_checked'
        when checks.position is null then 'not_found'
        else 'found'
    end as state,
    -- a place below the depth set today shows that the check went deeper
    greatest(regions.depth, checks.position) as depth,
    volumes.volume,
    checks.url
from expected
inner join last_names
    on expected.account_id = last_names.account_id and expected.keyword_id = last_names.keyword_id
left join checks
    on
        expected.account_id = checks.account_id
        and expected.keyword_id = checks.keyword_id
        and expected.region_index = checks.region_index
        and expected.checked_on = checks.checked_on
left join regions
    on
        expected.account_id = regions.account_id
        and expected.project_id = regions.project_id
        and expected.region_index = regions.region_index
left join keywords
    on expected.account_id = keywords.account_id and expected.keyword_id = keywords.keyword_id
left join volumes
    on
        expected.account_id = volumes.account_id
        and expected.keyword_id = volumes.keyword_id
        and expected.region_index = volumes.region_index
-- a check after the keyword was taken out still counts as a check
where expected.is_tracked or checks.check_id is not null
