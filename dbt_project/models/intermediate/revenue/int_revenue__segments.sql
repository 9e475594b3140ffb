-- Which groups each client with money belongs to. The service is that of its first contract, the source that of its
-- first won lead; what is unknown is null.
with

clients as (
    select
        account_id,
        client_id,
        cohort_month
    from {{ ref('client_ltv') }}
),

first_services as (
    select distinct on (account_id, client_id)
        account_id,
        client_id,
        service
    from {{ ref('int_revenue__contracts') }}
    order by account_id asc, client_id asc, started_on asc, monthly_fee desc, contract_id asc
),

first_sources as (
    select distinct on (account_id, client_id)
        account_id,
        client_id,
        source
    from {{ ref('fct_leads') }}
    where is_counted and status = 'won' and client_id is not null
    order by account_id asc, client_id asc, won_at asc, lead_id asc
)

select
    clients.account_id,
    clients.client_id,
    member.segment_type,
    member.segment_value
from clients
left join {{ ref('dim_clients') }} as known
    on clients.account_id = known.account_id and clients.client_id = known.client_id
left join first_services
    on clients.account_id = first_services.account_id and clients.client_id = first_services.client_id
left join first_sources
    on clients.account_id = first_sources.account_id and clients.client_id = first_sources.client_id
cross join lateral (
    values
    ('all', 'all'),
    ('segment', known.segment),
    ('region', known.region),
    ('subject_area', known.subject_area),
    ('service', first_services.service),
    ('source', first_sources.source),
    ('cohort_quarter', to_char(clients.cohort_month, 'YYYY-"Q"Q'))
) as member (segment_type, segment_value)
