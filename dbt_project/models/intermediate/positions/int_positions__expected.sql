-- What could have been checked: every keyword of a project's region on each day on which that region was checked at
-- all, from the keyword's first check there on; is_tracked ends on the day on which it was taken out of the tracker.
with

checks as (
    select * from {{ ref('int_positions__unioned') }}
),

keywords as (
    select * from {{ ref('int_positions__keywords') }}
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
),

check_days as (
    select
        account_id,
        project_id,
        region_index,
        checked_on
    from checks
    group by account_id, project_id, region_index, checked_on
),

first_checks as (
    select
        account_id,
        project_id,
        region_index,
        keyword_id,
        min(checked_on) as first_checked_on
    from checks
    group by account_id, project_id, region_index, keyword_id
),

removals as (
    select
        keywords.account_id,
        keywords.keyword_id,
        {{ local_date('keywords.deleted_at', 'accounts.time_zone') }} as removed_on
    from keywords
    inner join accounts on keywords.account_id = accounts.account_id
    where keywords.deleted_at is not null
)

select
    first_checks.account_id,
    first_checks.project_id,
    first_checks.region_index,
    first_checks.keyword_id,
    check_days.checked_on,
    removals.removed_on is null or check_days.checked_on < removals.removed_on as is_tracked
from first_checks
inner join check_days
    on
        first_checks.account_id = check_days.account_id
        and first_checks.project_id = check_days.project_id
        and first_checks.region_index = check_days.region_index
        and first_checks.first_checked_on <= check_days.checked_on
left join removals
    on first_checks.account_id = removals.account_id and first_checks.keyword_id = removals.keyword_id
