-- Every outgoing touch of a lead by a person: a call attempt of an employee to a number of the lead's contacts, or a
-- message a user sent to the lead or its contacts. The user of a call is null when the employee is nobody in the CRM.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id', 'touched_at']}]
) }}

select
    contact.account_id,
    contact.lead_id,
    call.started_at as touched_at,
    employee.user_id
from {{ ref('int_calls__unioned') }} as call
inner join {{ ref('int_contacts__numbers') }} as number
    on call.account_id = number.account_id and call.client_number_key = number.number_key
inner join {{ ref('int_leads__contacts') }} as contact
    on number.account_id = contact.account_id and number.contact_id = contact.contact_id
left join {{ ref('int_employees__matched') }} as employee
    on
        call.account_id = employee.account_id
        and call.provider = employee.provider
        and call.source_employee_id = employee.source_employee_id
where
    call.direction = 'out'
    and call.source_employee_id is not null
    and {{ changed('int_leads__touched', ['contact.account_id', 'contact.lead_id']) }}
union all
select
    message.account_id,
    coalesce(contact.lead_id, message.entity_id) as lead_id,
    message.happened_at as touched_at,
    message.user_id
from {{ ref('int_leads__messages') }} as message
left join {{ ref('int_leads__contacts') }} as contact
    on
        message.account_id = contact.account_id
        and message.entity_id = contact.contact_id
        and message.entity_type = 'contact'
where
    {{ changed(
        'int_leads__touched',
        ['message.account_id', 'coalesce(contact.lead_id, message.entity_id)'],
        ['account_id', 'lead_id']
    ) }}
