-- Who an exchange's employee is in the CRM: the user the settings name for the extension, else the one with the same
-- e-mail address, else the only one of that name. Employees and users who are gone still match, so that their old calls
-- keep their name.
with

listed as (
    {{ exchange_employees('uis') }}
    union all
    {{ exchange_employees('zadarma') }}
    union all
    {{ exchange_employees('mango') }}
    union all
    {{ exchange_employees('megafon') }}
),

extensions as (
    select * from {{ ref('stg_ops__account_extensions') }}
),

-- an exchange without a list of people names them in its calls alone
mentioned as (
    select distinct
        calls.account_id,
        calls.provider,
        calls.source_employee_id
    from {{ ref('int_calls__unioned') }} as calls
    inner join extensions
        on calls.account_id = extensions.account_id and calls.source_employee_id = extensions.extension
    left join listed
        on
            calls.account_id = listed.account_id
            and calls.provider = listed.provider
            and calls.source_employee_id = listed.source_employee_id
    where listed.source_employee_id is null
),

employees as (
    select
        account_id,
        provider,
        source_employee_id,
        employee_name,
        email,
        extension
    from listed
    union all
    select
        account_id,
        provider,
        source_employee_id,
        null as employee_name,
        null as email,
        source_employee_id as extension
    from mentioned
),

users as (
    {{ users_by_email() }}
),

names as (
    select
        account_id,
        {{ name_key('user_name') }} as name_key,
        min(user_id) as user_id
    from {{ ref('stg_amocrm__users') }}
    where user_name is not null
    group by account_id, {{ name_key('user_name') }}
    having count(*) = 1
)

select
    employees.account_id,
    employees.provider,
    employees.source_employee_id,
    employees.employee_name,
    coalesce(named.user_id, users.user_id, names.user_id) as user_id,
    case
        when named.user_id is not null then 'extension'
        when users.user_id is not null then 'email'
        when names.user_id is not null then 'name'
    end as matched_by
from employees
left join extensions
    on employees.account_id = extensions.account_id and employees.extension = extensions.extension
left join users as named on extensions.account_id = named.account_id and extensions.email = named.email
left join users on employees.account_id = users.account_id and employees.email = users.email
left join names
    on employees.account_id = names.account_id and {{ name_key('employees.employee_name') }} = names.name_key
