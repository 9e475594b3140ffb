-- The client is written as the CRM's company id or as its name; a name that several companies have is nobody's.
with

contracts as (
    select
        account_id,
        source_id,
        payload,
        regexp_replace(lower(btrim(payload ->> 'client')), '\s+', ' ', 'g') as client
    from {{ source('sheets', 'contracts') }}
    where deleted_at is null
),

companies as (
    select * from {{ ref('stg_amocrm__companies') }}
),

named_companies as (
    select
        account_id,
        regexp_replace(lower(btrim(company_name)), '\s+', ' ', 'g') as client,
        min(company_id) as company_id
    from companies
    where not is_deleted
    group by account_id, regexp_replace(lower(btrim(company_name)), '\s+', ' ', 'g')
    having count(*) = 1
)

select
    contracts.account_id,
    {{ entity_key('sheets', 'contracts.source_id', 'contracts.account_id') }} as contract_id,
    contracts.source_id as source_contract_id,
    coalesce(companies.company_id, named_companies.company_id) as client_id,
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
left join companies on contracts.account_id = companies.account_id and contracts.client = companies.source_company_id
left join named_companies
    on contracts.account_id = named_companies.account_id and contracts.client = named_companies.client
