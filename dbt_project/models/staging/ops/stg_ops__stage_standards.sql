select
    account_id,
    lower(btrim(pipeline)) as pipeline,
    lower(btrim(stage)) as stage,
    rule,
    btrim(field) as field,
    limit_hours,
    clock
from {{ source('ops', 'account_stage_standards') }}
