with

users as (
    {{ users_by_email() }}
)

select
    posts_talks.account_id,
    {{ entity_key('sheets', 'posts_talks.source_id', 'posts_talks.account_id') }} as post_talk_id,
    users.user_id,
    (posts_talks.payload ->> 'done_on')::date as done_on,
    posts_talks.payload ->> 'kind' as post_kind,
    posts_talks.payload ->> 'title' as title,
    posts_talks.payload ->> 'link' as link
from {{ source('sheets', 'posts_talks') }} as posts_talks
left join users on posts_talks.account_id = users.account_id and lower(posts_talks.payload ->> 'person') = users.email
where posts_talks.deleted_at is null
