-- The client is written as the CRM's company id or as its name; a name that several companies have is nobody's.
with

contracts as (
    select * from {{ source('sheets', 'contracts') }}
    where deleted_at is null
),

clients as (
    {{ companies_by_word() }}
)

select
    contracts.account_id,
    {{ entity_key('sheets', 'contracts.source_id', 'contracts.account_id') }} as contract_id,
    contracts.source_id as source_contract_id,
    clients.company_id as client_id,
    contracts.payload ->> 'service' as service,
    (contracts.payload ->> 'fee')::numeric(18, 2) as fee,
    coalesce(contracts.payload ->> 'currency', account.currency_code) as currency_code,
    (contracts.payload ->> 'started_on')::date as started_on,
    (contracts.payload ->> 'ended_on')::date as ended_on,
    contracts.payload ->> 'change_reason' as change_reason,
    (contracts.payload ->> 'is_recurring')::boolean as is_recurring,
    case contracts.payload ->> 'billing_period' when 'month' then 1 when 'quarter' then 3 when 'year' then 12 end
        as months_per_fee
from contracts
inner join {{ ref('stg_ops__accounts') }} as account on contracts.account_id = account.account_id
left join clients
    on contracts.account_id = clients.account_id and {{ word("contracts.payload ->> 'client'") }} = clients.word
