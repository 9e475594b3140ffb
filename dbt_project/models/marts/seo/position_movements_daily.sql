{{ config(indexes=[
    {'columns': ['account_id', 'checked_on']},
    {'columns': ['project_id', 'engine', 'region', 'device', 'checked_on']}
]) }}

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
    movement,
    event,
    volume,
    url
from {{ ref('int_positions__movements') }}
