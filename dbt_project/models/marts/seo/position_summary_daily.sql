{{ config(indexes=[
    {'columns': ['account_id', 'checked_on']},
    {'columns': ['project_id', 'engine', 'region', 'device', 'checked_on']}
]) }}
{% set group = 'account_id, project_id, engine, region, device, checked_on' %}
{% set checked = "filter (where state != 'not_checked')" %}
with

places as (
    select * from {{ ref('int_positions__scored') }}
),

counted as (
    select
        {{ group }},
        depth,
        is_unweighted,
        count(*)::int as keywords,
        (count(*) {{ checked }})::int as checked,
        (count(*) filter (where state = 'found'))::int as found,
        {% for n in [3, 10, 30, 50, 100] -%}
        (count(*) filter (where position <= {{ n }}))::int as top{{ n }}_count,
        {% endfor -%}
        avg(place) {{ checked }} as mean_position,
        percentile_cont(0.5) within group (order by place) {{ checked }} as median_position,
        sum(weight) {{ checked }} as visibility_weight,
        sum(weight * topvisor_score) {{ checked }} as topvisor_points,
        sum(weight * seranking_score) {{ checked }} as seranking_points,
        sum(weight * linear_score) {{ checked }} as linear_points
    from places
    group by {{ group }}, depth, is_unweighted
)

select
    account_id,
    project_id,
    engine,
    region,
    device,
    checked_on,
    depth,
    keywords,
    checked,
    found,
    top3_count,
    top10_count,
    top30_count,
    top50_count,
    top100_count,
    {{ top_share(3) }} as top3_share,
    {{ top_share(10) }} as top10_share,
    {{ top_share(30) }} as top30_share,
    {{ top_share(50) }} as top50_share,
    {{ top_share(100) }} as top100_share,
    mean_position::numeric(18, 6) as mean_position,
    median_position::numeric(18, 6) as median_position,
    is_unweighted,
    visibility_weight::bigint as visibility_weight,
    (topvisor_points / nullif(visibility_weight, 0))::numeric(18, 6) as visibility_topvisor,
    (seranking_points / nullif(visibility_weight, 0))::numeric(18, 6) as visibility_seranking,
    (linear_points / nullif(visibility_weight, 0))::numeric(18, 6) as visibility_linear
from counted
