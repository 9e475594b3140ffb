-- The employees a call rang, in the exchange's order. It tells no times of theirs.
with

calls as (
    {{ newest_versions(source('uis', 'calls')) }}
),

rung as (
    select
        calls.account_id,
        calls.source_id,
        person.place::int as leg_no,
        person.employee ->> 'employee_id' as source_employee_id,
        coalesce((person.employee ->> 'is_talked')::boolean, false) as is_talked,
        coalesce(
            (calls.payload ->> 'clean_talk_duration')::int, (calls.payload ->> 'talk_duration')::int, 0
        ) as call_talk_seconds,
        calls.payload ->> 'finish_reason' as finish_reason,
        count(*) filter (where coalesce((person.employee ->> 'is_talked')::boolean, false))
            over (partition by calls.account_id, calls.source_id) as talkers
    from calls
    cross join
        lateral jsonb_array_elements({{ json_array("calls.payload -> 'employees'") }})
        with ordinality as person (employee, place)
),

employees as (
    select * from {{ ref('stg_uis__employees') }}
)

select
    rung.account_id,
    {{ entity_key('uis', 'rung.source_id', 'rung.account_id') }} as call_id,
    {{ entity_key('uis', "rung.source_id || ':' || rung.leg_no", 'rung.account_id') }} as leg_id,
    rung.leg_no,
    rung.source_employee_id,
    employees.extension,
    null::timestamptz as started_at,
    null::timestamptz as answered_at,
    null::timestamptz as ended_at,
    -- how a talk was shared among several is not told
    case when not rung.is_talked then 0 when rung.talkers = 1 then rung.call_talk_seconds end as talk_seconds,
    case when rung.is_talked then 'answered' else 'missed_no_answer' end as outcome,
    rung.finish_reason as outcome_raw
from rung
left join employees
    on rung.account_id = employees.account_id and rung.source_employee_id = employees.source_employee_id
