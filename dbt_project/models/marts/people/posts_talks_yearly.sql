{{ config(indexes=[{'columns': ['account_id', 'year']}]) }}

with

counted as (
    select
        account_id,
        extract(year from done_on)::int as year,
        user_id,
        post_kind,
        count(*) as posts
    from {{ ref('stg_sheets__posts_talks') }}
    group by account_id, extract(year from done_on), user_id, post_kind
)

select
    account_id,
    {{ nullable_key("account_id || ':' || year", ['user_id', 'post_kind']) }} as posts_year_id,
    year,
    user_id,
    post_kind,
    posts::int as posts
from counted
