with

people as (
    {{ users_by_word() }}
)

select
    payroll.account_id,
    {{ entity_key('sheets', 'payroll.source_id', 'payroll.account_id') }} as payroll_id,
    people.user_id,
    payroll.payload ->> 'person' as person,
    (payroll.payload ->> 'month')::date as pay_month,
    payroll.payload ->> 'department' as department,
    payroll.payload ->> 'kind' as pay_kind,
    (payroll.payload ->> 'amount')::numeric(18, 2) as amount,
    coalesce(payroll.payload ->> 'currency', account.currency_code) as currency_code
from {{ source('sheets', 'payroll') }} as payroll
inner join {{ ref('stg_ops__accounts') }} as account on payroll.account_id = account.account_id
left join people on payroll.account_id = people.account_id and {{ word("payroll.payload ->> 'person'") }} = people.word
where payroll.deleted_at is null
