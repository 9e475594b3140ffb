-- An engine of a site is engine, region and device in one. What the service's list of engines does not type is read
-- from the engine's name.
with

engines as (
    select
        engines.account_id,
        engines.source_id,
        engines.payload,
        coalesce(kinds.payload ->> 'name', '') as engine_name,
        lower(coalesce(kinds.payload ->> 'type', kinds.payload ->> 'name', 'unknown')) as engine_kind
    from {{ source('seranking', 'engines') }} as engines
    left join {{ source('seranking', 'searchengines') }} as kinds
        on engines.account_id = kinds.account_id and engines.payload ->> 'search_engine_id' = kinds.source_id
)

select
    account_id,
    {{ entity_key('seranking', "payload ->> 'site_id'") }} as project_id,
    payload ->> 'site_id' as source_project_id,
    (payload ->> 'site_engine_id')::int as region_index,
    case
        when engine_kind like '%yandex%' then 'yandex'
        when engine_kind like '%google%' then 'google'
        when engine_kind like '%bing%' then 'bing'
        else engine_kind
    end as engine,
    payload ->> 'region_id' as region_key,
    coalesce(nullif(payload ->> 'region_name', ''), nullif(engine_name, ''), 'unknown') as region,
    case when engine_name ~* 'mobile' then 'mobile' else 'desktop' end as device,
    (payload ->> 'depth')::int as depth
from engines
