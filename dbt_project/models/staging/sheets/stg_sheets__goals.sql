with

clients as (
    {{ companies_by_word() }}
)

select
    goals.account_id,
    {{ entity_key('sheets', 'goals.source_id', 'goals.account_id') }} as goal_id,
    clients.company_id as client_id,
    goals.payload ->> 'client' as client,
    goals.payload ->> 'project' as project,
    goals.payload ->> 'metric' as metric_id,
    goals.payload ->> 'period_type' as period_type,
    (goals.payload ->> 'period_start')::date as period_start,
    (goals.payload ->> 'target')::numeric as target
from {{ source('sheets', 'goals') }} as goals
left join clients on goals.account_id = clients.account_id and {{ word("goals.payload ->> 'client'") }} = clients.word
where goals.deleted_at is null
