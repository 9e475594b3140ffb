with

users as (
    {{ users_by_email() }}
),

clients as (
    {{ companies_by_word() }}
)

select
    hours.account_id,
    {{ entity_key('sheets', 'hours.source_id', 'hours.account_id') }} as hours_id,
    users.user_id,
    clients.company_id as client_id,
    hours.payload ->> 'client' as client,
    hours.payload ->> 'project' as project,
    (hours.payload ->> 'month')::date as hours_month,
    (hours.payload ->> 'planned_hours')::numeric(8, 2) as planned_hours,
    (hours.payload ->> 'actual_hours')::numeric(8, 2) as actual_hours,
    (hours.payload ->> 'capacity_hours')::numeric(8, 2) as capacity_hours
from {{ source('sheets', 'hours') }} as hours
left join users on hours.account_id = users.account_id and lower(hours.payload ->> 'person') = users.email
left join clients on hours.account_id = clients.account_id and {{ word("hours.payload ->> 'client'") }} = clients.word
where hours.deleted_at is null
