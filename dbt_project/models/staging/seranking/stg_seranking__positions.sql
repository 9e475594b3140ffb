-- 0 says that the site was not among the places looked at; where it means "not checked", the connector leaves it out.
select
    account_id,
    {{ entity_key('seranking', 'source_id') }} as check_id,
    source_id as source_check_id,
    {{ entity_key('seranking', "payload ->> 'site_id'") }} as project_id,
    {{ entity_key('seranking', "(payload ->> 'site_id') || ':' || (payload ->> 'keyword_id')") }} as keyword_id,
    payload ->> 'site_id' as source_project_id,
    payload ->> 'keyword_id' as source_keyword_id,
    (payload ->> 'site_engine_id')::int as region_index,
    regexp_replace(btrim(payload ->> 'keyword'), '\s+', ' ', 'g') as keyword,
    null::text as keyword_group,
    (payload ->> 'date')::date as checked_on,
    nullif((payload ->> 'pos')::int, 0) as position,
    nullif(payload ->> 'landing_page', '') as url,
    loaded_at
from {{ source('seranking', 'positions') }}
where payload ->> 'pos' ~ '^[0-9]+$'
