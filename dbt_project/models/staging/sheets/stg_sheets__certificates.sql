with

users as (
    {{ users_by_email() }}
)

select
    certificates.account_id,
    {{ entity_key('sheets', 'certificates.source_id', 'certificates.account_id') }} as certificate_id,
    users.user_id,
    certificates.payload ->> 'certificate' as certificate,
    (certificates.payload ->> 'valid_from')::date as valid_from,
    (certificates.payload ->> 'valid_to')::date as valid_to
from {{ source('sheets', 'certificates') }} as certificates
left join users on certificates.account_id = users.account_id and lower(certificates.payload ->> 'person') = users.email
where certificates.deleted_at is null
