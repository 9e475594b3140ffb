{{ config(indexes=[{'columns': ['account_id', 'week_start', 'user_id']}]) }}

with

rules as (
    select * from {{ ref('stg_ops__people_rules') }}
),

calls as (
    select
        calls.account_id,
        date_trunc('week', calls.started_date::timestamp)::date as week_start,
        calls.user_id,
        calls.call_id,
        calls.source_call_id,
        calls.lead_id,
        calls.started_at,
        calls.talk_seconds,
        calls.recording_url,
        rules.scored_calls_a_week,
        row_number() over (
            partition by calls.account_id, calls.user_id, date_trunc('week', calls.started_date::timestamp)
            order by md5(calls.call_id), calls.call_id
        ) as pick_no
    from {{ ref('fct_calls') }} as calls
    inner join rules on calls.account_id = rules.account_id
    where calls.user_id is not null and not calls.is_spam and calls.talk_seconds >= rules.scored_call_seconds
),

scored as (
    select
        account_id,
        call_id,
        max(score_id) as score_id
    from {{ ref('call_scores') }}
    where call_id is not null
    group by account_id, call_id
)

select
    calls.account_id,
    calls.call_id,
    calls.source_call_id,
    calls.week_start,
    calls.user_id,
    calls.pick_no::int as pick_no,
    calls.lead_id,
    calls.started_at,
    calls.talk_seconds,
    calls.recording_url,
    scored.score_id,
    scored.score_id is not null as is_scored,
    calls.week_start + 7 <= {{ local_date(as_of(), 'accounts.time_zone') }} as is_complete
from calls
inner join {{ ref('stg_ops__accounts') }} as accounts on calls.account_id = accounts.account_id
left join scored on calls.account_id = scored.account_id and calls.call_id = scored.call_id
where calls.pick_no <= calls.scored_calls_a_week
