select
    rates.account_id,
    {{ entity_key('sheets', 'rates.source_id', 'rates.account_id') }} as rate_id,
    rates.payload ->> 'division' as division,
    rates.payload ->> 'role' as role,
    rates.payload ->> 'event' as event_type,
    rates.payload ->> 'kind' as rate_kind,
    (rates.payload ->> 'rate')::numeric(18, 6) as rate,
    (rates.payload ->> 'month_from')::int as month_from,
    (rates.payload ->> 'month_to')::int as month_to,
    (rates.payload ->> 'threshold')::numeric(18, 2) as threshold,
    rates.payload ->> 'condition' as condition,
    coalesce(rates.payload ->> 'currency', account.currency_code) as currency_code,
    (rates.payload ->> 'valid_from')::date as valid_from,
    (rates.payload ->> 'valid_to')::date as valid_to
from {{ source('sheets', 'rates') }} as rates
inner join {{ ref('stg_ops__accounts') }} as account on rates.account_id = account.account_id
where rates.deleted_at is null
