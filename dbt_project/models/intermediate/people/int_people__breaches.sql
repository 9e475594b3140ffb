-- Stretches that outlasted what the standard allows, with the moment from which on the lead was out of line.
with

stretches as (
    select
        stretches.*,
        accounts.time_zone,
        days.date_day,
        {{ work_seconds('days', '(stretches.began_at at time zone accounts.time_zone)::time') }}
        + stretches.limit_hours * 3600 as due_seconds
    from {{ ref('int_people__stretches') }} as stretches
    inner join {{ ref('stg_ops__accounts') }} as accounts on stretches.account_id = accounts.account_id
    inner join {{ ref('int_dates__work_clock') }} as days
        on
            stretches.account_id = days.account_id
            and days.date_day = {{ local_date('stretches.began_at', 'accounts.time_zone') }}
),

due as (
    select
        stretches.*,
        case
            when stretches.clock = 'working' and stretches.limit_hours > 0
                then (
                    select
                        {{ moment_of(
                            "(days.date_day + days.work_start + (stretches.due_seconds - days.seconds_before) * interval '1 second')",
                            'stretches.time_zone'
                        ) }}
                    from {{ ref('int_dates__work_clock') }} as days
                    where
                        days.account_id = stretches.account_id
                        and days.is_working_day
                        and days.seconds_before < stretches.due_seconds
                    order by days.seconds_before desc
                    limit 1
                )
            else stretches.began_at + stretches.limit_hours * interval '1 hour'
        end as broken_at
    from stretches
)

select
    account_id,
    lead_id,
    visit_no,
    pipeline_id,
    stage_id,
    rule,
    field,
    limit_hours,
    clock,
    entered_at,
    broken_at,
    ended_at
from due
where broken_at < coalesce(ended_at, {{ as_of() }})
