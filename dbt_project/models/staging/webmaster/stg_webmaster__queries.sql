-- Yandex tells no region with a query.
select
    account_id,
    {{ entity_key('webmaster', 'source_id') }} as average_id,
    {{ entity_key('webmaster', "payload ->> 'host_id'") }} as project_id,
    payload ->> 'host_id' as source_project_id,
    'yandex' as engine,
    lower(payload ->> 'device') as device,
    'all' as region,
    regexp_replace(btrim(payload ->> 'query_text'), '\s+', ' ', 'g') as query,
    null::text as page,
    (payload ->> 'date')::date as shown_on,
    (payload #>> '{indicators,TOTAL_SHOWS}')::numeric::bigint as impressions,
    coalesce((payload #>> '{indicators,TOTAL_CLICKS}')::numeric, 0)::bigint as clicks,
    (payload #>> '{indicators,AVG_SHOW_POSITION}')::numeric as average_position,
    loaded_at
from {{ source('webmaster', 'queries') }}
where payload #>> '{indicators,TOTAL_SHOWS}' is not null
