-- Whether a project grew over the last three closed months, like for like: only keywords checked in all three count.
{{ config(indexes=[{'columns': ['account_id', 'is_no_growth']}]) }}
{% set group = 'account_id, project_id, engine, region, device' %}
with

checks as (
    select
        positions.*,
        {{ visibility('topvisor', 'positions.position') }} as score,
        {{ local_date(as_of(), 'accounts.time_zone') }} as today
    from {{ ref('fct_positions') }} as positions
    inner join {{ ref('stg_ops__accounts') }} as accounts on positions.account_id = accounts.account_id
    where positions.state != 'not_checked'
),

subjects as (
    select
        {{ group }},
        today,
        min(checked_on) as first_checked_on,
        (date_trunc('month', today) - interval '3 months')::date as first_month,
        (date_trunc('month', today) - interval '1 month')::date as last_month
    from checks
    where checked_on <= today
    group by {{ group }}, today
),

closed as (
    select
        checks.*,
        date_trunc('month', checks.checked_on)::date as month_start
    from checks
    inner join subjects
        on
            checks.account_id = subjects.account_id
            and checks.project_id = subjects.project_id
            and checks.engine = subjects.engine
            and checks.region = subjects.region
            and checks.device = subjects.device
    where checks.checked_on >= subjects.first_month and checks.checked_on < subjects.last_month + interval '1 month'
),

months_per_keyword as (
    select
        {{ group }},
        keyword_id,
        bool_or(volume is null) as lacks_volume,
        count(distinct month_start) as months
    from closed
    group by {{ group }}, keyword_id
),

-- one way of weighing for all three months: a change of it would look like growth
comparable as (
    select
        {{ group }},
        keyword_id,
        bool_or(lacks_volume) over (partition by {{ group }}) as is_unweighted,
        count(*) over (partition by {{ group }}) as keywords
    from months_per_keyword
    where months = 3
),

daily as (
    select
        closed.account_id,
        closed.project_id,
        closed.engine,
        closed.region,
        closed.device,
        closed.month_start,
        closed.checked_on,
        comparable.keywords,
        comparable.is_unweighted,
        sum(case when comparable.is_unweighted then 1 else closed.volume end * closed.score)
        / nullif(sum(case when comparable.is_unweighted then 1 else closed.volume end), 0) as visibility
    from closed
    inner join comparable
        on
            closed.account_id = comparable.account_id
            and closed.project_id = comparable.project_id
            and closed.engine = comparable.engine
            and closed.region = comparable.region
            and closed.device = comparable.device
            and closed.keyword_id = comparable.keyword_id
    group by
        closed.account_id, closed.project_id, closed.engine, closed.region, closed.device,
        closed.month_start, closed.checked_on, comparable.keywords, comparable.is_unweighted
),

monthly as (
    select
        {{ group }},
        month_start,
        keywords,
        is_unweighted,
        avg(visibility) as visibility
    from daily
    group by {{ group }}, month_start, keywords, is_unweighted
),

-- the least-squares slope through three months in a row is half of the last less the first; exact, unlike regr_slope
trends as (
    select
        subjects.account_id,
        subjects.project_id,
        subjects.engine,
        subjects.region,
        subjects.device,
        subjects.first_checked_on,
        subjects.last_month,
        subjects.first_checked_on <= (subjects.today - interval '4 months')::date as is_old_enough,
        max(monthly.keywords) as keywords,
        bool_or(monthly.is_unweighted) as is_unweighted,
        max(monthly.visibility) filter (where monthly.month_start = subjects.first_month) as first_visibility,
        max(monthly.visibility) filter (
            where monthly.month_start = (subjects.first_month + interval '1 month')::date
        ) as second_visibility,
        max(monthly.visibility) filter (where monthly.month_start = subjects.last_month) as third_visibility
    from subjects
    left join monthly
        on
            subjects.account_id = monthly.account_id
            and subjects.project_id = monthly.project_id
            and subjects.engine = monthly.engine
            and subjects.region = monthly.region
            and subjects.device = monthly.device
    group by
        subjects.account_id, subjects.project_id, subjects.engine, subjects.region, subjects.device,
        subjects.first_checked_on, subjects.last_month, subjects.first_month, subjects.today
)

select
    account_id,
    project_id,
    engine,
    region,
    device,
    first_checked_on,
    last_month as last_month_start,
    coalesce(keywords, 0)::int as keywords,
    is_unweighted,
    first_visibility::numeric(18, 6) as first_visibility,
    second_visibility::numeric(18, 6) as second_visibility,
    third_visibility::numeric(18, 6) as third_visibility,
    ((third_visibility - first_visibility) / 2)::numeric(18, 6) as visibility_slope,
    case
        when is_old_enough and second_visibility is not null then third_visibility <= first_visibility
    end as is_no_growth
from trends
