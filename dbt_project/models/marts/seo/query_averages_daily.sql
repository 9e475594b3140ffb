{{ config(indexes=[{'columns': ['account_id', 'shown_on', 'project_id']}]) }}
-- A mean of means must weigh: a query shown a thousand times counts a thousand times.
with

averages as (
    select * from {{ ref('fct_query_averages') }}
),

summed as (
    select
        account_id,
        provider,
        project_id,
        engine,
        device,
        shown_on,
        count(distinct query)::int as queries,
        sum(impressions)::bigint as impressions,
        sum(clicks)::bigint as clicks,
        sum(average_position * impressions) as weighted_places,
        sum(impressions) filter (where average_position is not null) as placed_impressions
    from averages
    group by account_id, provider, project_id, engine, device, shown_on
)

select
    account_id,
    provider,
    project_id,
    engine,
    device,
    shown_on,
    queries,
    impressions,
    clicks,
    (clicks::numeric / nullif(impressions, 0))::numeric(18, 6) as ctr,
    (weighted_places / nullif(placed_impressions, 0))::numeric(18, 6) as average_position
from summed
