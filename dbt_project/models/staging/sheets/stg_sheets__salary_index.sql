select
    salary_index.account_id,
    {{ entity_key('sheets', 'salary_index.source_id', 'salary_index.account_id') }} as salary_index_id,
    salary_index.payload ->> 'region' as region,
    salary_index.payload ->> 'period_type' as period_type,
    (salary_index.payload ->> 'period_start')::date as period_start,
    (salary_index.payload ->> 'index')::numeric(12, 6) as salary_level
from {{ source('sheets', 'salary_index') }} as salary_index
where salary_index.deleted_at is null
