-- Who is in which team from when to when; the user is found by e-mail address, in any case.
with

users as (
    {{ users_by_email() }}
)

select
    roster.account_id,
    {{ entity_key('sheets', 'roster.source_id', 'roster.account_id') }} as roster_id,
    users.user_id,
    roster.payload ->> 'email' as email,
    roster.payload ->> 'division' as division,
    roster.payload ->> 'team' as team,
    roster.payload ->> 'role' as role,
    (roster.payload ->> 'hours_per_month')::numeric(8, 2) as hours_per_month,
    (roster.payload ->> 'maximum_load')::numeric(8, 2) as maximum_load,
    (roster.payload ->> 'role_coefficient')::numeric(8, 4) as role_coefficient,
    roster.payload ->> 'extension' as extension,
    (roster.payload ->> 'hired_on')::date as hired_on,
    (roster.payload ->> 'left_on')::date as left_on,
    (roster.payload ->> 'valid_from')::date as valid_from,
    (roster.payload ->> 'valid_to')::date as valid_to
from {{ source('sheets', 'roster') }} as roster
left join users on roster.account_id = users.account_id and lower(roster.payload ->> 'email') = users.email
where roster.deleted_at is null
