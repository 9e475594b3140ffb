-- Tasks by the day of their deadline, once it has passed. A task counts as overdue when it was still open at its
-- deadline; its completion is the event that says so, else its last change.
with

completions as (
    select
        account_id,
        source_entity_id as source_task_id,
        min(happened_at) as completed_at
    from {{ ref('stg_amocrm__events') }}
    where event_type = 'task_completed'
    group by account_id, source_entity_id
),

tasks as (
    select
        tasks.account_id,
        tasks.user_id,
        tasks.complete_till,
        case when tasks.is_completed then coalesce(completions.completed_at, tasks.updated_at) end as completed_at,
        {{ local_date('tasks.complete_till', 'accounts.time_zone') }} as date_day
    from {{ ref('stg_amocrm__tasks') }} as tasks
    inner join {{ ref('stg_ops__accounts') }} as accounts on tasks.account_id = accounts.account_id
    left join completions
        on tasks.account_id = completions.account_id and tasks.source_task_id = completions.source_task_id
    where not tasks.is_deleted and tasks.complete_till <= {{ as_of() }}
),

contributions as (
    select
        tasks.account_id,
        tasks.user_id,
        tasks.date_day,
        part.metric_id,
        part.numerator,
        part.denominator
    from tasks
    cross join lateral (
        values
        ('tasks_due', 1::numeric, null::numeric),
        ('tasks_overdue_share', coalesce(tasks.completed_at > tasks.complete_till, true)::int, 1)
    ) as part (metric_id, numerator, denominator)
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
