with

people as (
    {{ users_by_word() }}
)

select
    candidates.account_id,
    {{ entity_key('sheets', 'md5(candidates.source_id)', 'candidates.account_id') }} as candidate_id,
    candidates.payload ->> 'vacancy' as vacancy,
    people.user_id as recruiter_user_id,
    candidates.payload ->> 'channel' as channel,
    candidates.payload ->> 'stage' as stage,
    (candidates.payload ->> 'responded_on')::date as responded_on,
    (candidates.payload ->> 'screened_on')::date as screened_on,
    (candidates.payload ->> 'interviewed_on')::date as interviewed_on,
    (candidates.payload ->> 'offered_on')::date as offered_on,
    (candidates.payload ->> 'hired_on')::date as hired_on,
    (candidates.payload ->> 'dropped_on')::date as dropped_on,
    candidates.payload ->> 'drop_reason' as drop_reason,
    (candidates.payload ->> 'cost')::numeric(18, 2) as cost,
    coalesce(candidates.payload ->> 'currency', account.currency_code) as currency_code
from {{ source('sheets', 'candidates') }} as candidates
inner join {{ ref('stg_ops__accounts') }} as account on candidates.account_id = account.account_id
left join people
    on candidates.account_id = people.account_id and {{ word("candidates.payload ->> 'recruiter'") }} = people.word
where candidates.deleted_at is null
