-- Where competitors of the sheet stood on the result pages that were collected for a project. Subdomains count as the
-- competitor's, whatever the project's own rule.
{{ config(indexes=[{'columns': ['account_id', 'project_id', 'checked_on']}]) }}
with

serps as (
    select * from {{ ref('stg_yandexsearch__serps') }}
),

projects as (
    select * from {{ ref('stg_yandexsearch__projects') }}
),

regions as (
    select * from {{ ref('stg_yandexsearch__regions') }}
),

competitors as (
    select * from {{ ref('stg_sheets__competitors') }}
),

-- a competitor named twice for a day is one
watched as (
    select distinct
        serps.check_id,
        competitors.site as competitor_site
    from serps
    inner join projects on serps.account_id = projects.account_id and serps.project_id = projects.project_id
    inner join competitors
        on
            serps.account_id = competitors.account_id
            and lower(competitors.project) in (lower(projects.site), lower(projects.project_name))
    where
        (competitors.valid_from is null or competitors.valid_from <= serps.checked_on)
        and (competitors.valid_to is null or serps.checked_on <= competitors.valid_to)
)

select
    serps.account_id,
    serps.project_id,
    serps.source_project_id,
    watched.competitor_site,
    serps.keyword_id,
    serps.source_keyword_id,
    serps.keyword,
    serps.region_index,
    regions.engine,
    regions.region,
    serps.device,
    serps.checked_on,
    theirs.position,
    case when theirs.position is null then 'not_found' else 'found' end as state,
    serps.depth,
    theirs.url
from watched
inner join serps on watched.check_id = serps.check_id
inner join regions
    on
        serps.account_id = regions.account_id
        and serps.project_id = regions.project_id
        and serps.region_index = regions.region_index
left join lateral {{ first_place('serps.results', 'watched.competitor_site', 'true') }} as theirs on true
