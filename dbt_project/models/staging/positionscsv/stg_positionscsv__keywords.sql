-- A phrase that a check names is tracked from its first check on; files say nothing of its end.
select distinct
    account_id,
    keyword_id,
    project_id,
    source_project_id,
    source_keyword_id,
    keyword,
    keyword_group,
    null::timestamptz as deleted_at
from {{ ref('stg_positionscsv__positions') }}
