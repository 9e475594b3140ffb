{{ config(indexes=[{'columns': ['account_id', 'client_id'], 'unique': true}]) }}

with clients as (
    select
        account_id,
        company_id as client_id,
        source_company_id as source_client_id,
        company_name as client_name,
        user_id,
        is_deleted,
        source_company_id
    from {{ ref('stg_amocrm__companies') }}
    union all
    select
        customer.account_id,
        customer.client_id,
        customer.source_customer_id as source_client_id,
        customer.customer_name as client_name,
        customer.user_id,
        customer.is_deleted,
        null as source_company_id
    from {{ ref('stg_amocrm__customers') }} as customer
    where customer.source_company_id is null
),

-- The account manager keeps the buyer's card; without one, the company's owner is responsible.
managers as (
    select distinct on (account_id, client_id)
        account_id,
        client_id,
        user_id
    from {{ ref('stg_amocrm__customers') }}
    where not is_deleted and user_id is not null
    order by account_id asc, client_id asc, updated_at desc, customer_id desc
),

first_payments as (
    select
        account_id,
        client_id,
        min(paid_date) as first_paid_on
    from {{ ref('int_payments__unioned') }}
    where is_counted and not is_deleted and not is_refund and client_id is not null
    group by account_id, client_id
),

meanings as (
    select
        account_id,
        source_entity_id,
        max(meaning_value) filter (where meaning = 'client_segment') as segment,
        max(meaning_value) filter (where meaning = 'client_region') as region,
        max(meaning_value) filter (where meaning = 'client_subject_area') as subject_area
    from {{ ref('int_crm__meanings') }}
    where entity_type = 'companies'
    group by account_id, source_entity_id
)

select
    clients.account_id,
    clients.client_id,
    clients.source_client_id,
    clients.client_name,
    meanings.segment,
    meanings.region,
    meanings.subject_area,
    first_payments.first_paid_on,
    coalesce(managers.user_id, clients.user_id) as account_manager_id,
    clients.is_deleted
from clients
left join managers on clients.account_id = managers.account_id and clients.client_id = managers.client_id
left join first_payments
    on clients.account_id = first_payments.account_id and clients.client_id = first_payments.client_id
left join meanings
    on clients.account_id = meanings.account_id and clients.source_company_id = meanings.source_entity_id
