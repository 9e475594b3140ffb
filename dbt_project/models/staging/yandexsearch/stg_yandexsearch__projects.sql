-- A site of the file of phrases is a project; it is gone when its last line is.
select
    account_id,
    {{ entity_key('yandexsearch', "payload ->> 'site'") }} as project_id,
    payload ->> 'site' as source_project_id,
    payload ->> 'site' as project_name,
    payload ->> 'site' as site,
    bool_and(deleted_at is not null) as is_deleted
from {{ source('yandexsearch', 'keywords') }}
group by account_id, payload ->> 'site'
