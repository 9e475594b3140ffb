select
    account_id,
    milestone,
    lower(btrim(stage)) as stage
from {{ source('ops', 'account_milestones') }}
