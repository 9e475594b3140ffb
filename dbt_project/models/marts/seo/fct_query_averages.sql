{{ config(indexes=[
    {'columns': ['account_id', 'shown_on', 'project_id']},
    {'columns': ['project_id', 'engine', 'device', 'shown_on']}
]) }}
with

averages as (
    select * from {{ ref('int_queries__unioned') }}
)

select
    account_id,
    provider,
    average_id,
    project_id,
    source_project_id,
    engine,
    region,
    device,
    query,
    page,
    shown_on,
    impressions,
    clicks,
    (clicks::numeric / nullif(impressions, 0))::numeric(18, 6) as ctr,
    average_position::numeric(18, 6) as average_position
from averages
