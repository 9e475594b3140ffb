-- A property is a domain (sc-domain:example.com) or an address with everything below it (https://example.com/).
select
    account_id,
    {{ entity_key('gsc', 'source_id') }} as project_id,
    source_id as source_project_id,
    source_id as project_name,
    regexp_replace(source_id, '^sc-domain:', '') as site,
    deleted_at is not null as is_deleted
from {{ source('gsc', 'sites') }}
