-- Whom a document of the bank could be of, by each sign: 1 tax number, 2 number of a contract in the purpose, 3 name.
-- A name does not count against a tax number: two companies may be called alike.
with

-- materialized, so that names are made bare once each and not once for every pair that is compared
documents as materialized (
    select
        account_id,
        payment_id,
        party_inn,
        purpose,
        {{ bare_name('party_name') }} as bare_name
    from {{ ref('stg_bank__documents') }}
),

companies as (
    select * from {{ ref('stg_amocrm__companies') }}
    where not is_deleted
),

tax_numbers as (
    select
        meaning.account_id,
        company.company_id as client_id,
        nullif(regexp_replace(meaning.meaning_value, '\D', '', 'g'), '') as inn
    from {{ ref('int_crm__meanings') }} as meaning
    inner join companies as company
        on meaning.account_id = company.account_id and meaning.source_entity_id = company.source_company_id
    where meaning.entity_type = 'companies' and meaning.meaning in ('inn', 'client_inn')
),

names as materialized (
    select
        company.account_id,
        company.company_id as client_id,
        {{ bare_name('company.company_name') }} as bare_name,
        tax_numbers.inn
    from companies as company
    left join tax_numbers
        on company.account_id = tax_numbers.account_id and company.company_id = tax_numbers.client_id
),

contracts as (
    select
        account_id,
        client_id,
        service,
        lower(source_contract_id) as contract_number
    from {{ ref('stg_sheets__contracts') }}
    where client_id is not null
),

named_contracts as (
    select
        documents.account_id,
        documents.payment_id,
        rtrim(found.groups[1], '-/_') as contract_number
    from documents
    cross join regexp_matches(lower(documents.purpose), {{ contract_number_pattern() }}, 'g') as found (groups)
),

by_tax_number as (
    select
        documents.account_id,
        documents.payment_id,
        1 as sign_rank,
        tax_numbers.client_id,
        null::text as service
    from documents
    inner join tax_numbers
        on documents.account_id = tax_numbers.account_id and documents.party_inn = tax_numbers.inn
),

by_contract as (
    select
        named_contracts.account_id,
        named_contracts.payment_id,
        2 as sign_rank,
        contracts.client_id,
        contracts.service
    from named_contracts
    inner join contracts
        on
            named_contracts.account_id = contracts.account_id
            and named_contracts.contract_number = contracts.contract_number
),

by_name as (
    select
        documents.account_id,
        documents.payment_id,
        3 as sign_rank,
        names.client_id,
        null::text as service
    from documents
    inner join names
        on documents.account_id = names.account_id and documents.bare_name = names.bare_name
    where names.inn is null or documents.party_inn is null or names.inn = documents.party_inn
)

select * from by_tax_number
union all
select * from by_contract
union all
select * from by_name
