select
    account_id,
    {{ entity_key('seranking', "split_part(source_id, ':', 1)") }} as project_id,
    {{ entity_key('seranking', 'source_id') }} as keyword_id,
    split_part(source_id, ':', 1) as source_project_id,
    split_part(source_id, ':', 2) as source_keyword_id,
    regexp_replace(btrim(payload ->> 'name'), '\s+', ' ', 'g') as keyword,
    coalesce(payload ->> 'group_name', payload ->> 'group_id') as keyword_group,
    deleted_at
from {{ source('seranking', 'keywords') }}
