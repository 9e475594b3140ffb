-- Payments of clients that a partner brought, with the share the partner's terms give on the day of the payment. A
-- client is the partner's of its first won lead that names one; a share applies as long as the client pays.
with

clients as (
    select distinct on (account_id, client_id)
        account_id,
        client_id,
        partner_word,
        won_date
    from {{ ref('int_people__partner_leads') }}
    where status = 'won' and client_id is not null
    order by account_id asc, client_id asc, won_date asc, created_at asc, lead_id asc
)

select distinct on (payments.account_id, payments.payment_id)
    payments.account_id,
    payments.payment_id,
    payments.client_id,
    clients.partner_word,
    payments.paid_date,
    payments.amount,
    coalesce(terms.share, 0) as share,
    (payments.amount * coalesce(terms.share, 0))::numeric(18, 2) as fee
from clients
inner join {{ ref('fct_payments') }} as payments
    on clients.account_id = payments.account_id and clients.client_id = payments.client_id
left join {{ ref('stg_sheets__partner_terms') }} as terms
    on
        clients.account_id = terms.account_id
        and clients.partner_word = {{ word('terms.partner') }}
        and payments.paid_date >= coalesce(terms.valid_from, '-infinity')
        and payments.paid_date <= coalesce(terms.valid_to, 'infinity')
where not payments.is_deleted
order by payments.account_id asc, payments.payment_id asc, terms.valid_from desc nulls last
