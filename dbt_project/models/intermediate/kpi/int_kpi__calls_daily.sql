-- Sums per day and user of calls, spam left out. A repeated missed call is the same attempt and counts once. Calls
-- nobody was reached by count for the account alone.
with

calls as (
    select
        account_id,
        user_id,
        started_date as date_day,
        direction,
        talk_seconds,
        wait_seconds,
        is_missed,
        recovered_by,
        recovered_after_seconds,
        direction = 'in' and not is_repeat as is_attempt,
        is_missed and not is_repeat as is_missed_attempt
    from {{ ref('fct_calls') }}
    where not is_spam
),

contributions as (
    select
        calls.account_id,
        calls.user_id,
        calls.date_day,
        part.metric_id,
        part.numerator,
        part.denominator
    from calls
    cross join
        lateral (
            values
            ('calls_outgoing', calls.direction = 'out', 1::numeric, null::numeric),
            ('calls_successful_30s', calls.direction = 'out', (calls.talk_seconds >= 30)::int, null),
            ('calls_incoming', calls.direction = 'in', 1, null),
            ('calls_missed', calls.direction = 'in', calls.is_missed_attempt::int, null),
            ('missed_share', calls.is_attempt, calls.is_missed_attempt::int, 1),
            (
                'service_level',
                calls.is_attempt and calls.wait_seconds is not null,
                (not calls.is_missed and calls.wait_seconds <= {{ var('service_level_seconds') }})::int,
                1
            ),
            ('missed_recovered_share', calls.is_missed_attempt, (calls.recovered_by is not null)::int, 1),
            ('missed_called_back_share', calls.is_missed_attempt, coalesce(calls.recovered_by = 'us', false)::int, 1),
            (
                'callback_minutes_mean',
                calls.is_missed_attempt and calls.recovered_by = 'us',
                calls.recovered_after_seconds / 60.0,
                1
            )
        ) as part (metric_id, is_counted, numerator, denominator)
    where part.is_counted
)

select
    account_id,
    metric_id,
    date_day,
    user_id,
    sum(numerator) as numerator,
    sum(denominator) as denominator
from contributions
group by account_id, metric_id, date_day, user_id
