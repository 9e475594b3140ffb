-- The first place of the result page that is of the site; none says that the site was not among the places looked at.
select
    serps.account_id,
    serps.check_id,
    serps.source_check_id,
    serps.project_id,
    serps.keyword_id,
    serps.source_project_id,
    serps.source_keyword_id,
    serps.region_index,
    serps.keyword,
    serps.keyword_group,
    serps.checked_on,
    own.position,
    own.url,
    serps.loaded_at
from {{ ref('stg_yandexsearch__serps') }} as serps
left join lateral {{ first_place('serps.results', 'serps.source_project_id', 'serps.with_subdomains') }} as own on true
