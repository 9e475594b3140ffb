with

people as (
    {{ users_by_word() }}
),

clients as (
    {{ companies_by_word() }}
)

select
    pulse_phone.account_id,
    {{ entity_key('sheets', 'pulse_phone.source_id', 'pulse_phone.account_id') }} as phone_answer_id,
    clients.company_id as client_id,
    pulse_phone.payload ->> 'client' as client,
    (pulse_phone.payload ->> 'asked_on')::date as asked_on,
    people.user_id as asked_by_user_id,
    pulse_phone.payload ->> 'question' as question,
    pulse_phone.payload ->> 'answer' as answer,
    pulse_phone.payload ->> 'comment' as comment
from {{ source('sheets', 'pulse_phone') }} as pulse_phone
left join clients
    on pulse_phone.account_id = clients.account_id and {{ word("pulse_phone.payload ->> 'client'") }} = clients.word
left join people
    on pulse_phone.account_id = people.account_id and {{ word("pulse_phone.payload ->> 'asked_by'") }} = people.word
where pulse_phone.deleted_at is null
