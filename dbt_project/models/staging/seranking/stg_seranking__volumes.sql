-- Searches a month as told with the last check of a keyword in an engine.
with

told as (
    select distinct on (account_id, payload ->> 'site_id', payload ->> 'keyword_id', payload ->> 'site_engine_id')
        account_id,
        {{ entity_key('seranking', "(payload ->> 'site_id') || ':' || (payload ->> 'keyword_id')") }} as keyword_id,
        (payload ->> 'site_engine_id')::int as region_index,
        payload ->> 'volume' as volume
    from {{ source('seranking', 'positions') }}
    order by
        account_id asc,
        payload ->> 'site_id' asc,
        payload ->> 'keyword_id' asc,
        payload ->> 'site_engine_id' asc,
        source_updated_at desc
)

select
    account_id,
    keyword_id,
    region_index,
    volume::int as volume
from told
where volume ~ '^[0-9]+$'
