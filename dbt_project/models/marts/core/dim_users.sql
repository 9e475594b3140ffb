{{ config(indexes=[{'columns': ['account_id', 'user_id'], 'unique': true}]) }}

-- People who left stay in the records they made: they are users too, named by their number.
with known as (
    select * from {{ ref('stg_amocrm__users') }}
),

mentioned as (
    select
        account_id,
        user_id
    from {{ ref('int_leads__owners') }}
    union
    select
        account_id,
        user_id
    from {{ ref('int_leads__events') }}
    union
    select
        account_id,
        user_id
    from {{ ref('stg_amocrm__companies') }}
    union
    select
        account_id,
        user_id
    from {{ ref('stg_amocrm__customers') }}
),

users as (
    select
        account_id,
        user_id,
        source_user_id,
        user_name,
        source_group_id,
        source_role_id,
        is_admin,
        is_active
    from known
    union all
    select
        mentioned.account_id,
        mentioned.user_id,
        split_part(mentioned.user_id, ':', 3) as source_user_id,
        split_part(mentioned.user_id, ':', 3) as user_name,
        null as source_group_id,
        null as source_role_id,
        false as is_admin,
        false as is_active
    from mentioned
    where
        mentioned.user_id is not null
        and not exists (
            select 1
            from known
            where known.account_id = mentioned.account_id and known.user_id = mentioned.user_id
        )
)

select
    users.account_id,
    users.user_id,
    users.source_user_id,
    users.user_name,
    division.division,
    user_group.group_name as team,
    case when users.is_admin then 'admin' else role.role_name end as role,
    users.is_active
from users
left join {{ ref('stg_amocrm__user_groups') }} as user_group
    on users.account_id = user_group.account_id and users.source_group_id = user_group.source_group_id
left join {{ ref('stg_ops__account_divisions') }} as division
    on user_group.account_id = division.account_id and user_group.group_name = division.group_name
left join {{ ref('stg_amocrm__roles') }} as role
    on users.account_id = role.account_id and users.source_role_id = role.source_role_id
