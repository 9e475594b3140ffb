select
    account_id,
    btrim(extension) as extension,
    lower(btrim(email)) as email
from {{ source('ops', 'account_extensions') }}
