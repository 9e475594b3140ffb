{{ config(indexes=[{'columns': ['account_id', 'user_id', 'month_start']}]) }}

with

months as (
    select
        account_id,
        date_trunc('month', scored_on::timestamp)::date as month_start,
        subject_type,
        user_id,
        count(*) as scored,
        count(score) as with_score,
        sum(counted_weight) as counted_weight,
        sum(applicable_weight) as applicable_weight,
        sum(score) as scores,
        count(*) filter (where is_critical_failed) as critical_failed,
        sum(appeals) as appeals,
        sum(appeals_upheld) as appeals_upheld
    from {{ ref('call_scores') }}
    group by account_id, month_start, subject_type, user_id
),

growth as (
    select
        account_id,
        month_start,
        subject_type,
        user_id,
        string_agg(item, '; ' order by growth_rank) as growth_points
    from {{ ref('scorecard_items_monthly') }}
    where growth_rank <= 3
    group by account_id, month_start, subject_type, user_id
),

worked_out as (
    select
        *,
        (counted_weight * 100 / nullif(applicable_weight, 0))::numeric(6, 2) as score,
        (scores / nullif(with_score, 0))::numeric(6, 2) as mean_score
    from months
),

neighboured as (
    select
        *,
        lag(month_start) over earlier as last_month,
        lag(score) over earlier as last_score
    from worked_out
    window earlier as (partition by account_id, subject_type, user_id order by month_start)
)

select
    neighboured.account_id,
    {{ nullable_key("neighboured.account_id || ':' || to_char(neighboured.month_start, 'YYYY-MM')", [
        'neighboured.subject_type', 'neighboured.user_id'
    ]) }} as score_month_id,
    neighboured.month_start,
    neighboured.subject_type,
    neighboured.user_id,
    neighboured.scored::int as scored,
    neighboured.counted_weight::numeric(14, 2) as counted_weight,
    neighboured.applicable_weight::numeric(14, 2) as applicable_weight,
    neighboured.score,
    neighboured.mean_score,
    case
        when neighboured.last_month = neighboured.month_start - interval '1 month' then neighboured.last_score
    end as previous_score,
    case
        when neighboured.last_month = neighboured.month_start - interval '1 month'
            then neighboured.score - neighboured.last_score
    end::numeric(6, 2) as score_change,
    neighboured.critical_failed::int as critical_failed,
    neighboured.appeals::int as appeals,
    neighboured.appeals_upheld::int as appeals_upheld,
    growth.growth_points,
    (neighboured.month_start + interval '1 month')::date
    <= {{ local_date(as_of(), 'accounts.time_zone') }} as is_complete
from neighboured
inner join {{ ref('stg_ops__accounts') }} as accounts on neighboured.account_id = accounts.account_id
left join growth
    on
        neighboured.account_id = growth.account_id
        and neighboured.month_start = growth.month_start
        and neighboured.subject_type = growth.subject_type
        and neighboured.user_id is not distinct from growth.user_id
