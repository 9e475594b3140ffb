{{ config(indexes=[{'columns': ['account_id', 'month_start', 'shelf']}]) }}

with

scores as (
    select
        *,
        date_trunc('month', scored_on::timestamp)::date as month_start
    from {{ ref('call_scores') }}
    where subject_type = 'call' and score is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by account_id, month_start, scorecard order by score desc, score_id asc
        ) as from_the_top,
        row_number() over (
            partition by account_id, month_start, scorecard order by score asc, score_id asc
        ) as from_the_bottom,
        -- of few calls the halves are taken, so that no call stands on both shelves
        least(3, count(*) over (partition by account_id, month_start, scorecard) / 2) as places
    from scores
),

shelved as (
    select
        *,
        case
            when library is not null then library
            when from_the_top <= places then 'best'
            when from_the_bottom <= places then 'worst'
        end as shelf
    from ranked
)

select
    shelved.account_id,
    shelved.score_id,
    shelved.shelf,
    shelved.library is not null as is_marked,
    case shelved.shelf when 'best' then shelved.from_the_top else shelved.from_the_bottom end::int as place,
    shelved.month_start,
    shelved.scorecard,
    shelved.user_id,
    shelved.call_id,
    shelved.source_subject_id,
    shelved.scored_on,
    shelved.score,
    calls.talk_seconds,
    calls.recording_url
from shelved
left join {{ ref('fct_calls') }} as calls
    on shelved.account_id = calls.account_id and shelved.call_id = calls.call_id
where shelved.shelf is not null
