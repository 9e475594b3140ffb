select
    account_id,
    entity_type,
    meaning,
    lower(btrim(field)) as field
from {{ source('ops', 'account_fields') }}
