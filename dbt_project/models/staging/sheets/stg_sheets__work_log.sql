with

clients as (
    {{ companies_by_word() }}
)

select
    work_log.account_id,
    {{ entity_key('sheets', 'work_log.source_id', 'work_log.account_id') }} as work_id,
    clients.company_id as client_id,
    work_log.payload ->> 'client' as client,
    work_log.payload ->> 'project' as project,
    (work_log.payload ->> 'month')::date as work_month,
    work_log.payload ->> 'kind' as work_kind,
    work_log.payload ->> 'text' as work
from {{ source('sheets', 'work_log') }} as work_log
left join clients
    on work_log.account_id = clients.account_id and {{ word("work_log.payload ->> 'client'") }} = clients.word
where work_log.deleted_at is null
