select
    account_id,
    {{ entity_key('gsc', 'source_id') }} as average_id,
    {{ entity_key('gsc', "payload ->> 'site'") }} as project_id,
    payload ->> 'site' as source_project_id,
    'google' as engine,
    lower(coalesce(payload ->> 'device', 'all')) as device,
    lower(coalesce(payload ->> 'country', 'all')) as region,
    regexp_replace(btrim(coalesce(payload ->> 'query', '')), '\s+', ' ', 'g') as query,
    payload ->> 'page' as page,
    (payload ->> 'date')::date as shown_on,
    (payload ->> 'impressions')::numeric::bigint as impressions,
    (payload ->> 'clicks')::numeric::bigint as clicks,
    (payload ->> 'position')::numeric as average_position,
    loaded_at
from {{ source('gsc', 'performance') }}
