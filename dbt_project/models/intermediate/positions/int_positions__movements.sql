{{ config(materialized='view') }}
-- From one check of a keyword to its next: how far it moved up (previous − current), or that it entered or left the
-- range looked at.
with

checks as (
    select * from {{ ref('fct_positions') }}
    where state != 'not_checked'
),

neighboured as (
    select
        *,
        lag(checked_on) over keyword_checks as previous_checked_on,
        lag(position) over keyword_checks as previous_position
    from checks
    window keyword_checks as (
        partition by account_id, project_id, region_index, keyword_id
        order by checked_on
    )
)

select
    account_id,
    project_id,
    source_project_id,
    keyword_id,
    source_keyword_id,
    keyword,
    keyword_group,
    region_index,
    engine,
    region,
    device,
    checked_on,
    previous_checked_on,
    position,
    previous_position,
    previous_position - position as movement,
    case
        when position is null and previous_position is null then 'still_absent'
        when previous_position is null then 'entered'
        when position is null then 'left'
        when position < previous_position then 'up'
        when position > previous_position then 'down'
        else 'same'
    end as event,
    volume,
    url
from neighboured
where previous_checked_on is not null
