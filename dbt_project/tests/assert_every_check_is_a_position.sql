-- Every received check is in fct_positions exactly once, with the place it had.
with

checks as (
    select * from {{ ref('int_positions__unioned') }}
),

positions as (
    select * from {{ ref('fct_positions') }}
    where state != 'not_checked'
)

select coalesce(checks.check_id, positions.keyword_id) as lost_or_invented
from checks
full outer join positions
    on
        checks.account_id = positions.account_id
        and checks.keyword_id = positions.keyword_id
        and checks.region_index = positions.region_index
        and checks.checked_on = positions.checked_on
        and coalesce(checks.position, 0) = coalesce(positions.position, 0)
where checks.check_id is null or positions.keyword_id is null
