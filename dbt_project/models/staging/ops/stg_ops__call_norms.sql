select
    account_id,
    lower(btrim(holder)) as holder,
    daily_calls
from {{ source('ops', 'account_call_norms') }}
