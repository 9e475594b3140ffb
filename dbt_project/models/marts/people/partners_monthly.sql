{{ config(indexes=[{'columns': ['account_id', 'month_start']}]) }}

with

events as (
    select
        leads.account_id,
        leads.partner_word,
        event.day,
        event.leads,
        event.won,
        event.won_amount,
        0::numeric as paid_amount,
        0::numeric as fee
    from {{ ref('int_people__partner_leads') }} as leads
    cross join
        lateral (
            values
            (leads.created_date, 1, 0, 0::numeric),
            (case when leads.status = 'won' then leads.won_date end, 0, 1, coalesce(leads.amount, 0))
        ) as event (day, leads, won, won_amount)
    where event.day is not null
    union all
    select
        account_id,
        partner_word,
        paid_date as day,
        0 as leads,
        0 as won,
        0 as won_amount,
        amount as paid_amount,
        fee
    from {{ ref('int_people__partner_payments') }}
)

select
    account_id,
    date_trunc('month', day::timestamp)::date as month_start,
    account_id || ':partner:' || partner_word as partner_id,
    sum(leads)::int as leads,
    sum(won)::int as won,
    sum(won_amount)::numeric(18, 2) as won_amount,
    sum(paid_amount)::numeric(18, 2) as paid_amount,
    sum(fee)::numeric(18, 2) as fee
from events
group by account_id, date_trunc('month', day::timestamp), partner_word
