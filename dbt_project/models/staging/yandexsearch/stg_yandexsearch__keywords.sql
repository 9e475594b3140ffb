-- A phrase of a site is one keyword wherever it is checked; it is gone when its last line is.
select
    account_id,
    {{ entity_key('yandexsearch', "(payload ->> 'site') || ':' || (payload ->> 'keyword')") }} as keyword_id,
    {{ entity_key('yandexsearch', "payload ->> 'site'") }} as project_id,
    payload ->> 'site' as source_project_id,
    payload ->> 'keyword' as source_keyword_id,
    payload ->> 'keyword' as keyword,
    max(payload ->> 'group') as keyword_group,
    case when bool_and(deleted_at is not null) then max(deleted_at) end as deleted_at
from {{ source('yandexsearch', 'keywords') }}
group by account_id, payload ->> 'site', payload ->> 'keyword'
