select
    spend.account_id,
    {{ entity_key('sheets', 'spend.source_id', 'spend.account_id') }} as spend_id,
    date_trunc('month', (spend.payload ->> 'period_start')::date)::date as spend_month,
    case when spend.payload ->> 'period_type' = 'day' then (spend.payload ->> 'period_start')::date end as spent_on,
    spend.payload ->> 'source' as source,
    spend.payload ->> 'channel' as channel,
    spend.payload ->> 'campaign' as campaign,
    (spend.payload ->> 'amount')::numeric(18, 2) as cost,
    coalesce(spend.payload ->> 'currency', account.currency_code) as currency_code,
    (spend.payload ->> 'vat_included')::boolean as vat_included
from {{ source('sheets', 'spend') }} as spend
inner join {{ ref('stg_ops__accounts') }} as account on spend.account_id = account.account_id
where spend.deleted_at is null
