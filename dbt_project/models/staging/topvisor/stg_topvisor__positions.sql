-- A place within the depth is a number, "--" says that the site was not among the places looked at.
with positions as (
    select
        account_id,
        payload ->> 'project_id' as source_project_id,
        (payload ->> 'region_index')::int as region_index,
        payload ->> 'keyword_id' as source_keyword_id,
        payload ->> 'keyword' as keyword,
        payload ->> 'group_name' as keyword_group,
        (payload ->> 'date')::date as checked_on,
        payload ->> 'position' as place,
        nullif(payload ->> 'relevant_url', '') as url,
        source_id,
        loaded_at
    from {{ source('topvisor', 'positions') }}
)

select
    account_id,
    {{ entity_key('topvisor', 'source_id') }} as check_id,
    source_id as source_check_id,
    {{ entity_key('topvisor', 'source_project_id') }} as project_id,
    {{ entity_key('topvisor', "source_project_id || ':' || source_keyword_id") }} as keyword_id,
    source_project_id,
    source_keyword_id,
    region_index,
    regexp_replace(btrim(keyword), '\s+', ' ', 'g') as keyword,
    keyword_group,
    checked_on,
    case when place ~ '^[0-9]+$' then place::int end as position,
    url,
    loaded_at
from positions
where place = '--' or place ~ '^[1-9][0-9]*$'
