select
    services.account_id,
    {{ entity_key('sheets', 'services.source_id', 'services.account_id') }} as service_price_id,
    services.payload ->> 'service' as service,
    (services.payload ->> 'base_price')::numeric(18, 2) as base_price,
    (services.payload ->> 'floor_price')::numeric(18, 2) as floor_price,
    (services.payload ->> 'margin_share')::numeric(8, 6) as margin_share,
    (services.payload ->> 'is_in_matrix')::boolean as is_in_matrix,
    (services.payload ->> 'is_recurring')::boolean as is_recurring,
    coalesce(services.payload ->> 'currency', account.currency_code) as currency_code,
    (services.payload ->> 'valid_from')::date as valid_from,
    (services.payload ->> 'valid_to')::date as valid_to
from {{ source('sheets', 'services') }} as services
inner join {{ ref('stg_ops__accounts') }} as account on services.account_id = account.account_id
where services.deleted_at is null
