-- Who an exchange's employee is in the CRM: the user with the same e-mail address, in any case. Employees and users
-- who are gone still match, so that their old calls keep their name.
with

employees as (
    {{ exchange_employees('uis') }}
    union all
    {{ exchange_employees('zadarma') }}
),

users as (
    {{ users_by_email() }}
)

select
    employees.account_id,
    employees.provider,
    employees.source_employee_id,
    employees.employee_name,
    users.user_id
from employees
left join users on employees.account_id = users.account_id and employees.email = users.email
