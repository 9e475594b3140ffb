-- A site that a check names is a project; files say nothing of its end.
select distinct
    account_id,
    project_id,
    source_project_id,
    source_project_id as project_name,
    source_project_id as site,
    false as is_deleted
from {{ ref('stg_positionscsv__positions') }}
