-- Whom a user's figures belong to: the user, their team, their division, and the account (company) in any case.
with

users as (
    select * from {{ ref('dim_users') }}
)

select
    users.account_id,
    users.user_id,
    subject.subject_type,
    subject.subject_id,
    subject.subject_name
from users
cross join
    lateral (
        values
        ('user', users.user_id, users.user_name),
        ('team', users.account_id || ':team:' || users.team, users.team),
        ('division', users.account_id || ':division:' || users.division, users.division)
    ) as subject (subject_type, subject_id, subject_name)
where subject.subject_id is not null
union all
select
    account_id,
    null as user_id,
    'company' as subject_type,
    account_id as subject_id,
    account_name as subject_name
from {{ ref('stg_ops__accounts') }}
