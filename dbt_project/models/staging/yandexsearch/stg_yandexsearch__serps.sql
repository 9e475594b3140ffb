-- Every result page beside every site that looks for itself in it.
select
    serps.account_id,
    serps.source_id as source_serp_id,
    {{ entity_key('yandexsearch', "serps.source_id || ':' || (keywords.payload ->> 'site')", 'serps.account_id') }}
        as check_id,
    serps.source_id || ':' || (keywords.payload ->> 'site') as source_check_id,
    {{ entity_key('yandexsearch', "keywords.payload ->> 'site'", 'serps.account_id') }} as project_id,
    {{ entity_key(
        'yandexsearch', "(keywords.payload ->> 'site') || ':' || (keywords.payload ->> 'keyword')", 'serps.account_id'
    ) }} as keyword_id,
    keywords.payload ->> 'site' as source_project_id,
    keywords.payload ->> 'keyword' as source_keyword_id,
    {{ yandexsearch_region_index("serps.payload ->> 'region'", "serps.payload ->> 'device'") }} as region_index,
    keywords.payload ->> 'keyword' as keyword,
    keywords.payload ->> 'group' as keyword_group,
    serps.payload ->> 'device' as device,
    (serps.payload ->> 'date')::date as checked_on,
    (serps.payload ->> 'depth')::int as depth,
    (keywords.payload ->> 'subdomains')::boolean as with_subdomains,
    serps.payload -> 'results' as results,
    greatest(serps.loaded_at, keywords.loaded_at) as loaded_at
from {{ source('yandexsearch', 'serps') }} as serps
inner join {{ source('yandexsearch', 'keywords') }} as keywords
    on
        serps.account_id = keywords.account_id
        and serps.payload ->> 'keyword' = keywords.payload ->> 'keyword'
        and serps.payload ->> 'region' = keywords.payload ->> 'region'
        and serps.payload ->> 'device' = keywords.payload ->> 'device'
