select
    account_id,
    payment_id,
    paid_date,
    amount::numeric(18, 2) as amount,
    currency_code as currency,
    is_refund,
    document_number,
    payer_key,
    case when is_company then party_name end as payer_name,
    case when is_company then purpose end as purpose,
    unmatched_reason as reason,
    candidate_ids
from {{ ref('int_payments__bank') }}
where client_id is null
