-- The recycle bin hands out stripped records (id, time and little else). Such a lead keeps its last full version.
select
    lead.account_id,
    lead.source_id,
    lead.source_updated_at,
    lead.loaded_at,
    lead.deleted_at,
    lead.deletion_kind,
    lead.payload ->> 'created_at' is null as is_stripped,
    coalesce(earlier.payload, lead.payload) as payload
from {{ source('amocrm', 'leads') }} as lead
left join lateral (
    select version.payload
    from {{ source('amocrm', 'leads_history') }} as version
    where
        version.account_id = lead.account_id
        and version.source_id = lead.source_id
        and version.payload ->> 'created_at' is not null
    order by version.source_updated_at desc, version.replaced_at desc
    limit 1
) as earlier on lead.payload ->> 'created_at' is null
