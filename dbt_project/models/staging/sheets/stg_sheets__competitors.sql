select
    competitors.account_id,
    {{ entity_key('sheets', 'competitors.source_id', 'competitors.account_id') }} as competitor_id,
    competitors.payload ->> 'project' as project,
    competitors.payload ->> 'site' as site,
    (competitors.payload ->> 'valid_from')::date as valid_from,
    (competitors.payload ->> 'valid_to')::date as valid_to
from {{ source('sheets', 'competitors') }} as competitors
where competitors.deleted_at is null
