-- Searches a month by keyword, engine and region, out of fields named volume:<region key>:<searcher key>:<match type>;
-- 1 is the broad match. A volume that is absent or empty is unknown, which is not the same as nobody searching.
select
    keywords.account_id,
    {{ entity_key('topvisor', 'keywords.source_id', 'keywords.account_id') }} as keyword_id,
    {{ entity_key('topvisor', "split_part(keywords.source_id, ':', 1)", 'keywords.account_id') }} as project_id,
    split_part(field.name, ':', 2) as region_key,
    split_part(field.name, ':', 3) as searcher_key,
    field.value::int as volume
from {{ source('topvisor', 'keywords') }} as keywords
cross join lateral jsonb_each_text(keywords.payload) as field (name, value)
where field.name like 'volume:%:%:1' and field.value ~ '^[0-9]+$'
