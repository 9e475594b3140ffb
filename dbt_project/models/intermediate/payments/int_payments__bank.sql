-- Incoming documents of the bank, and what was paid back, each with its client where one sign leads to one client.
-- Signs are asked in their order; one that leads to several is narrowed by the next, never contradicted.
with

documents as (
    select * from {{ ref('stg_bank__documents') }}
    where direction = 'in' or purpose ~* 'возврат'
),

candidates as (
    select * from {{ ref('int_payments__candidates') }}
),

signs as (
    select
        account_id,
        payment_id,
        sign_rank,
        array_agg(distinct client_id order by client_id) as client_ids
    from candidates
    group by account_id, payment_id, sign_rank
),

matches as (
    select distinct on (signs.account_id, signs.payment_id)
        signs.account_id,
        signs.payment_id,
        signs.client_ids[1] as client_id,
        case signs.sign_rank when 1 then 'inn' when 2 then 'contract' else 'name' end as matched_by
    from signs
    where
        cardinality(signs.client_ids) = 1
        and not exists (
            select 1
            from signs as stronger
            where
                stronger.account_id = signs.account_id
                and stronger.payment_id = signs.payment_id
                and stronger.sign_rank < signs.sign_rank
                and not stronger.client_ids @> signs.client_ids
        )
    order by signs.account_id, signs.payment_id, signs.sign_rank
),

services as (
    select
        account_id,
        payment_id,
        client_id,
        min(service) as service
    from candidates
    where service is not null
    group by account_id, payment_id, client_id
    having count(distinct service) = 1
),

all_candidates as (
    select
        account_id,
        payment_id,
        array_agg(distinct client_id order by client_id) as candidate_ids
    from candidates
    group by account_id, payment_id
)

select
    documents.account_id,
    documents.payment_id,
    documents.source_payment_id,
    matches.client_id,
    matches.matched_by,
    services.service,
    documents.document_number,
    documents.paid_at,
    documents.paid_date,
    documents.currency_code,
    documents.party_inn,
    documents.party_name,
    documents.purpose,
    documents.is_company,
    documents.direction = 'out' as is_refund,
    case when documents.direction = 'out' then -documents.amount else documents.amount end as amount,
    case
        when documents.is_company then coalesce(documents.party_inn, documents.party_name)
        else {{ number_key('coalesce(documents.party_inn, documents.party_name)') }}
    end as payer_key,
    case
        when matches.client_id is not null then null
        when all_candidates.candidate_ids is not null then 'several_clients'
        when documents.direction = 'out' then 'refund_to_no_client'
        else 'no_client_found'
    end as unmatched_reason,
    coalesce(all_candidates.candidate_ids, '{}') as candidate_ids
from documents
left join matches on documents.account_id = matches.account_id and documents.payment_id = matches.payment_id
left join services
    on
        documents.account_id = services.account_id
        and documents.payment_id = services.payment_id
        and matches.client_id = services.client_id
left join all_candidates
    on documents.account_id = all_candidates.account_id and documents.payment_id = all_candidates.payment_id
