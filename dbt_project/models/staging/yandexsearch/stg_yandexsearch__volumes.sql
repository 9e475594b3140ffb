-- Searches a month as written in the file of phrases; unknown ones have no row.
select
    account_id,
    {{ entity_key('yandexsearch', "(payload ->> 'site') || ':' || (payload ->> 'keyword')") }} as keyword_id,
    {{ yandexsearch_region_index("payload ->> 'region'", "payload ->> 'device'") }} as region_index,
    (payload ->> 'volume')::int as volume
from {{ source('yandexsearch', 'keywords') }}
where payload ->> 'volume' is not null
