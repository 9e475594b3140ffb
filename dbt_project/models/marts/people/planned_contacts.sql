{{ config(indexes=[
    {'columns': ['account_id', 'due_on']},
    {'columns': ['account_id', 'user_id', 'due_on']}
]) }}

with

contracts as (
    select * from {{ ref('int_revenue__contracts') }}
),

firsts as (
    select
        account_id,
        client_id,
        min(started_on) as service_started_on
    from contracts
    group by account_id, client_id
),

months as (
    select
        firsts.account_id,
        firsts.client_id,
        firsts.service_started_on,
        service_month,
        (firsts.service_started_on + service_month * interval '1 month')::date as due_on
    from firsts
    inner join {{ ref('stg_ops__people_rules') }} as rules on firsts.account_id = rules.account_id
    cross join lateral unnest(rules.planned_contact_months) as service_month
),

talks as (
    select distinct on (account_id, client_id, service_month) *
    from {{ ref('stg_sheets__contact_results') }}
    where client_id is not null
    order by account_id asc, client_id asc, service_month asc, done_on desc, contact_result_id asc
),

accounts as (
    select
        account_id,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('stg_ops__accounts') }}
)

select
    months.account_id,
    months.client_id || ':contact:' || months.service_month as planned_contact_id,
    months.client_id,
    months.service_month::int as service_month,
    months.service_started_on,
    months.due_on,
    talks.done_on,
    talks.done_on - months.due_on as days_late,
    case
        when talks.done_on is not null then 'done'
        when months.due_on < accounts.today then 'overdue'
        when months.due_on = accounts.today then 'due'
        else 'ahead'
    end as state,
    talks.done_on is null and months.due_on < accounts.today as is_overdue,
    talks.satisfaction,
    talks.complaint is not null as has_complaint,
    talks.complaint,
    talks.strengths,
    talks.tasks,
    clients.account_manager_id as user_id,
    talks.asked_by_user_id
from months
inner join accounts on months.account_id = accounts.account_id
left join {{ ref('dim_clients') }} as clients
    on months.account_id = clients.account_id and months.client_id = clients.client_id
left join talks
    on
        months.account_id = talks.account_id
        and months.client_id = talks.client_id
        and months.service_month = talks.service_month
where
    talks.done_on is not null
    or (
        months.due_on <= accounts.today + 31
        and exists (
            select 1
            from contracts
            where
                contracts.account_id = months.account_id
                and contracts.client_id = months.client_id
                and months.due_on >= contracts.started_on
                and months.due_on <= coalesce(contracts.ended_on, 'infinity')
        )
    )
