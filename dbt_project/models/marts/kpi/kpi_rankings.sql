-- Each metric is a share of the best of the contest: fact ÷ highest fact, or lowest fact ÷ fact where less is better.
-- A metric somebody has no value of earns nothing.
{{ config(indexes=[
    {'columns': ['account_id', 'period_type', 'period_start', 'contest', 'rank']},
    {'columns': ['account_id', 'subject_id']},
]) }}

with

contests as (
    select
        contest,
        sum(weight) as total_weight
    from {{ ref('contests') }}
    group by contest
),

compared as (
    select
        *,
        max(fact) over contest_metric as highest,
        min(fact) over contest_metric as lowest
    from {{ ref('int_kpi__contest_facts') }}
    window contest_metric as (
        partition by account_id, contest, period_type, period_start, subject_type, metric_id
    )
),

shares as (
    select
        *,
        case
            when direction = 'up' then coalesce(greatest(fact, 0) / nullif(greatest(highest, 0), 0), 0)
            when fact = lowest then 1
            else coalesce(greatest(lowest, 0) / nullif(fact, 0), 0)
        end as share_of_best
    from compared
),

scores as (
    select
        shares.account_id,
        shares.contest,
        shares.period_type,
        shares.period_start,
        shares.subject_type,
        shares.subject_id,
        max(shares.subject_name) as subject_name,
        -- rounded before it is ranked, so that what looks equal is equal
        (100 * sum(shares.weight * shares.share_of_best) / max(contests.total_weight))::numeric(7, 4) as score
    from shares
    inner join contests on shares.contest = contests.contest
    group by
        shares.account_id, shares.contest, shares.period_type, shares.period_start,
        shares.subject_type, shares.subject_id
)

select
    scores.account_id,
    scores.contest,
    scores.period_type,
    scores.period_start,
    scores.subject_type,
    scores.subject_id,
    scores.subject_name,
    scores.score,
    (rank() over (contest_period order by scores.score desc))::int as rank,
    (avg(scores.score) over contest_period)::numeric(7, 4) as average_score,
    (count(*) over contest_period)::int as participants,
    scores.period_start + {{ period_length('scores.period_type') }}
    <= {{ local_date(as_of(), 'account.time_zone') }} as is_complete
from scores
inner join {{ ref('stg_ops__accounts') }} as account on scores.account_id = account.account_id
window contest_period as (
    partition by scores.account_id, scores.contest, scores.period_type, scores.period_start, scores.subject_type
)
