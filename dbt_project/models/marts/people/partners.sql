{{ config(indexes=[{'columns': ['account_id', 'partner_id'], 'unique': true}]) }}

with

terms as (
    select
        terms.*,
        {{ word('terms.partner') }} as partner_word,
        coalesce(terms.valid_from, '-infinity') <= {{ local_date(as_of(), 'accounts.time_zone') }}
        and coalesce(terms.valid_to, 'infinity') >= {{ local_date(as_of(), 'accounts.time_zone') }} as is_in_force
    from {{ ref('stg_sheets__partner_terms') }} as terms
    inner join {{ ref('stg_ops__accounts') }} as accounts on terms.account_id = accounts.account_id
),

leads as (
    select * from {{ ref('int_people__partner_leads') }}
),

partners as (
    select
        account_id,
        partner_word,
        min(partner) as partner
    from (
        select
            account_id,
            partner_word,
            partner
        from terms
        union all
        select
            account_id,
            partner_word,
            partner
        from leads
    ) as named
    group by account_id, partner_word
),

sums_of_leads as (
    select
        account_id,
        partner_word,
        count(*) as leads,
        count(*) filter (where status = 'won') as won,
        coalesce(sum(amount) filter (where status = 'won'), 0) as won_amount
    from leads
    group by account_id, partner_word
),

sums_of_payments as (
    select
        account_id,
        partner_word,
        count(distinct client_id) as paying_clients,
        sum(amount) as paid_amount,
        sum(fee) as fee
    from {{ ref('int_people__partner_payments') }}
    group by account_id, partner_word
),

sums_of_terms as (
    select
        account_id,
        partner_word,
        sum(effort_hours) as effort_hours,
        max(share) filter (where is_in_force) as share_today
    from terms
    group by account_id, partner_word
)

select
    partners.account_id,
    partners.account_id || ':partner:' || partners.partner_word as partner_id,
    partners.partner,
    coalesce(sums_of_leads.leads, 0)::int as leads,
    coalesce(sums_of_leads.won, 0)::int as won,
    coalesce(sums_of_leads.won_amount, 0)::numeric(18, 2) as won_amount,
    coalesce(sums_of_payments.paying_clients, 0)::int as paying_clients,
    coalesce(sums_of_payments.paid_amount, 0)::numeric(18, 2) as paid_amount,
    sums_of_terms.effort_hours::numeric(10, 2) as effort_hours,
    sums_of_terms.share_today::numeric(8, 6) as share_today,
    coalesce(sums_of_payments.fee, 0)::numeric(18, 2) as fee,
    accounts.currency_code
from partners
inner join {{ ref('stg_ops__accounts') }} as accounts on partners.account_id = accounts.account_id
left join sums_of_leads
    on partners.account_id = sums_of_leads.account_id and partners.partner_word = sums_of_leads.partner_word
left join sums_of_payments
    on partners.account_id = sums_of_payments.account_id and partners.partner_word = sums_of_payments.partner_word
left join sums_of_terms
    on partners.account_id = sums_of_terms.account_id and partners.partner_word = sums_of_terms.partner_word
