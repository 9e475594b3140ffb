-- The parts of a day by subject: user, team, division, company; nothing after today.
with

daily as (
    select * from {{ ref('int_kpi__daily') }}
),

subjects as (
    select * from {{ ref('int_kpi__subjects') }}
),

today as (
    select
        account_id,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('stg_ops__accounts') }}
),

belonging as (
    select
        daily.*,
        subjects.subject_type,
        subjects.subject_id
    from daily
    inner join subjects on daily.account_id = subjects.account_id and daily.user_id = subjects.user_id
    union all
    select
        daily.*,
        'company' as subject_type,
        daily.account_id as subject_id
    from daily
)

select
    belonging.account_id,
    belonging.metric_id,
    belonging.date_day,
    belonging.subject_type,
    belonging.subject_id,
    sum(belonging.numerator) as numerator,
    sum(belonging.denominator) as denominator
from belonging
inner join today on belonging.account_id = today.account_id
where belonging.date_day <= today.today
group by
    belonging.account_id, belonging.metric_id, belonging.date_day, belonging.subject_type, belonging.subject_id
