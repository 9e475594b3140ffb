select
    partner_terms.account_id,
    {{ entity_key('sheets', 'partner_terms.source_id', 'partner_terms.account_id') }} as partner_terms_id,
    partner_terms.payload ->> 'partner' as partner,
    (partner_terms.payload ->> 'share')::numeric(8, 6) as share,
    (partner_terms.payload ->> 'effort_hours')::numeric(8, 2) as effort_hours,
    partner_terms.payload ->> 'comment' as comment,
    (partner_terms.payload ->> 'valid_from')::date as valid_from,
    (partner_terms.payload ->> 'valid_to')::date as valid_to
from {{ source('sheets', 'partner_terms') }} as partner_terms
where partner_terms.deleted_at is null
