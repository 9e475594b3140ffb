with

people as (
    {{ users_by_word() }}
),

clients as (
    {{ companies_by_word() }}
)

select
    talks.account_id,
    {{ entity_key('sheets', 'talks.source_id', 'talks.account_id') }} as contact_result_id,
    clients.company_id as client_id,
    talks.payload ->> 'client' as client,
    (talks.payload ->> 'service_month')::int as service_month,
    (talks.payload ->> 'done_on')::date as done_on,
    people.user_id as asked_by_user_id,
    (talks.payload ->> 'satisfaction')::int as satisfaction,
    talks.payload ->> 'complaint' as complaint,
    talks.payload ->> 'strengths' as strengths,
    talks.payload ->> 'tasks' as tasks
from {{ source('sheets', 'contact_results') }} as talks
left join clients on talks.account_id = clients.account_id and {{ word("talks.payload ->> 'client'") }} = clients.word
left join people on talks.account_id = people.account_id and {{ word("talks.payload ->> 'asked_by'") }} = people.word
where talks.deleted_at is null
