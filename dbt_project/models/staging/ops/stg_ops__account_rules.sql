select
    account_id,
    rule,
    match_type,
    lower(btrim(match_field)) as match_field,
    lower(btrim(match_value)) as match_value
from {{ source('ops', 'account_rules') }}
