select
    account_id,
    group_name,
    division
from {{ source('ops', 'account_divisions') }}
