-- Tasks by the day of their deadline, once it has passed, and by the day they were done. A task counts as overdue
-- when it was still open at its deadline; its completion is the event that says so, else its last change.
with

completions as (
    {{ task_completions() }}
),

tasks as (
    select
        tasks.account_id,
        tasks.user_id,
        tasks.complete_till,
        case when tasks.is_completed then coalesce(completions.completed_at, tasks.updated_at) end as completed_at,
        tasks.complete_till <= {{ as_of() }} as is_due,
        accounts.time_zone
    from {{ ref('stg_amocrm__tasks') }} as tasks
    inner join {{ ref('stg_ops__accounts') }} as accounts on tasks.account_id = accounts.account_id
    left join completions
        on tasks.account_id = completions.account_id and tasks.source_task_id = completions.source_task_id
    where not tasks.is_deleted
),

dated as (
    select
        account_id,
        user_id,
        coalesce(completed_at > complete_till, true) as is_overdue,
        completed_at is null as is_undone,
        case when is_due then {{ local_date('complete_till', 'time_zone') }} end as due_date,
        {{ local_date('completed_at', 'time_zone') }} as done_date
    from tasks
),

contributions as (
    select
        dated.account_id,
        dated.user_id,
        part.date_day,
        part.metric_id,
        part.numerator,
        part.denominator
    from dated
    cross join
        lateral (
            values
            ('tasks_due', dated.due_date, 1::numeric, null::numeric),
            ('tasks_overdue', dated.due_date, dated.is_overdue::int, null),
            ('tasks_overdue_share', dated.due_date, dated.is_overdue::int, 1),
            ('tasks_undone_share', dated.due_date, dated.is_undone::int, 1),
            ('tasks_done', dated.done_date, 1, null)
        ) as part (metric_id, date_day, numerator, denominator)
    where part.date_day is not null
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
