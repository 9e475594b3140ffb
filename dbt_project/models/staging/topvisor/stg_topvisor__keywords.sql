select
    account_id,
    {{ entity_key('topvisor', "split_part(source_id, ':', 1)") }} as project_id,
    {{ entity_key('topvisor', 'source_id') }} as keyword_id,
    split_part(source_id, ':', 1) as source_project_id,
    split_part(source_id, ':', 2) as source_keyword_id,
    regexp_replace(btrim(payload ->> 'name'), '\s+', ' ', 'g') as keyword,
    payload ->> 'group_name' as keyword_group,
    deleted_at
from {{ source('topvisor', 'keywords') }}
