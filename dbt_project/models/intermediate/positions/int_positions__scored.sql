-- Every tracked place of a day with what it adds to means and visibility; one row per row of fct_positions.
{{ config(materialized='view') }}
{% set group = 'account_id, project_id, engine, region, device, checked_on' %}
with

positions as (
    select * from {{ ref('fct_positions') }}
),

grouped as (
    select
        *,
        max(depth) over whole as group_depth,
        coalesce(bool_or(volume is null) filter (where state != 'not_checked') over whole, false) as is_unweighted
    from positions
    window whole as (partition by {{ group }})
)

select
    {{ group }},
    keyword_id,
    state,
    group_depth as depth,
    is_unweighted,
    position,
    case when is_unweighted then 1 else volume end as weight,
    coalesce(position, group_depth + 1) as place,
    {{ visibility('topvisor', 'position') }} as topvisor_score,
    {{ visibility('seranking', 'position') }} as seranking_score,
    {{ visibility('linear', 'position') }} as linear_score
from grouped
