-- Documents of all statements that still stand. A payer is a company when its tax number has ten digits or its name a
-- company's legal form; anybody else may be a person.
with

documents as (
    {{ bank_documents('bank_1c') }}
    union all
    {{ bank_documents('bank_csv') }}
)

select
    document.account_id,
    document.payment_id,
    document.source_payment_id,
    document.provider,
    document.direction,
    document.own_account,
    document.document_number,
    document.document_date,
    document.paid_date,
    document.paid_date::timestamp at time zone account.time_zone as paid_at,
    document.amount,
    case
        when document.own_account !~ '^\d{20}$' then account.currency_code
        else
            case substr(document.own_account, 6, 3)
                when '810' then 'RUB'
                when '643' then 'RUB'
                when '398' then 'KZT'
                when '933' then 'BYN'
                when '840' then 'USD'
                when '978' then 'EUR'
                when '156' then 'CNY'
                else account.currency_code
            end
    end as currency_code,
    document.party_name,
    document.party_inn,
    document.party_account,
    document.purpose,
    {{ is_company('document.party_name', 'document.party_inn') }} as is_company
from documents as document
inner join {{ ref('stg_ops__accounts') }} as account on document.account_id = account.account_id
