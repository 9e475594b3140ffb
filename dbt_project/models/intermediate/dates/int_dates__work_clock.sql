-- Working seconds of an account from its calendar's first day to the start of each day: with it, the working time
-- between two moments is one subtraction.
{{ config(indexes=[
    {'columns': ['account_id', 'date_day'], 'unique': true},
    {'columns': ['account_id', 'seconds_before']},
]) }}

select
    day.account_id,
    day.date_day,
    day.is_working_day,
    account.work_start,
    account.work_end,
    coalesce(
        sum(case when day.is_working_day then extract(epoch from account.work_end - account.work_start) else 0 end)
            over (
                partition by day.account_id
                order by day.date_day
                rows between unbounded preceding and 1 preceding
            ),
        0
    ) as seconds_before
from {{ ref('dim_dates') }} as day
inner join {{ ref('stg_ops__accounts') }} as account on day.account_id = account.account_id
