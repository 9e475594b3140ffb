-- Rebuilt whole: a keyword's name, volume and region are those of today in every row, and a check that arrives late
-- moves the first day of its keyword. Reading the checks themselves is incremental, see int_positions__unioned.
{{ config(
    indexes=[
        {'columns': ['account_id', 'checked_on', 'project_id']},
        {'columns': ['project_id', 'engine', 'region', 'device', 'checked_on']}
    ]
) }}

with

series as (
    select * from {{ ref('int_positions__series') }}
),

check_days as (
    select distinct
        account_id,
        project_id,
        region_index,
        checked_on
    from {{ ref('int_positions__unioned') }}
),

possible as (
    select
        series.*,
        check_days.checked_on
    from series
    inner join check_days
        on
            series.account_id = check_days.account_id
            and series.project_id = check_days.project_id
            and series.region_index = check_days.region_index
            and series.first_checked_on <= check_days.checked_on
)

select
    possible.account_id,
    possible.provider,
    possible.project_id,
    possible.source_project_id,
    possible.keyword_id,
    possible.source_keyword_id,
    possible.keyword,
    possible.keyword_group,
    possible.region_index,
    possible.engine,
    possible.region,
    possible.source_region_id,
    possible.device,
    possible.checked_on,
    checks.position,
    case
        when checks.check_id is null then 'not_checked'
        when checks.position is null then 'not_found'
        else 'found'
    end as state,
    -- a place below the depth set today shows that the check went deeper
    greatest(possible.depth, checks.position) as depth,
    possible.volume,
    checks.url
from possible
left join {{ ref('int_positions__unioned') }} as checks
    on
        possible.account_id = checks.account_id
        and possible.keyword_id = checks.keyword_id
        and possible.region_index = checks.region_index
        and possible.checked_on = checks.checked_on
-- a check after the keyword was taken out still counts as a check
where checks.check_id is not null or possible.removed_on is null or possible.checked_on < possible.removed_on
