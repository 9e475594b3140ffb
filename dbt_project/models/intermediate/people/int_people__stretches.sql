-- Stretches of a stay in which a demand was not met: the whole stay for a limit of time, up to the filling of a field,
-- and the gaps without an open task. ended_at is null while it lasts. When a field was filled is told by the CRM's
-- events; without one it counts as filled from the start. A field that was emptied again counts as never filled.
with

demands as (
    select * from {{ ref('int_people__demands') }}
),

field_events as (
    select
        events.account_id,
        events.entity_id as lead_id,
        item #>> '{custom_field_value,field_id}' as source_field_id,
        min(events.happened_at) as filled_at
    from {{ ref('stg_amocrm__events') }} as events
    cross join lateral jsonb_array_elements(events.values_after) as item
    where
        events.entity_type = 'lead'
        and events.event_type like 'custom\_field\_%value\_changed'
        and btrim(item #>> '{custom_field_value,text}') != ''
    group by events.account_id, events.entity_id, item #>> '{custom_field_value,field_id}'
),

filled as (
    select distinct
        field_values.account_id,
        field_values.entity_id as lead_id,
        field_values.source_field_id
    from {{ ref('int_crm__custom_field_values') }} as field_values
    where
        field_values.entity_type = 'leads'
        and btrim(field_values.value_text) != ''
        and field_values.source_field_id in (select demands.source_field_id from demands)
),

field_stretches as (
    select
        demands.*,
        demands.entered_at as began_at,
        least(
            case when filled.lead_id is not null then coalesce(field_events.filled_at, '-infinity') end,
            demands.exited_at
        ) as ended_at
    from demands
    left join filled
        on
            demands.account_id = filled.account_id
            and demands.lead_id = filled.lead_id
            and demands.source_field_id = filled.source_field_id
    left join field_events
        on
            demands.account_id = field_events.account_id
            and demands.lead_id = field_events.lead_id
            and demands.source_field_id = field_events.source_field_id
    where demands.rule = 'field'
),

completions as (
    {{ task_completions() }}
),

covered as (
    select
        tasks.account_id,
        {{ entity_key('amocrm', 'tasks.source_entity_id', 'tasks.account_id') }} as lead_id,
        range_agg(
            tstzrange(
                tasks.created_at,
                case
                    when tasks.is_completed
                        then greatest(coalesce(completions.completed_at, tasks.updated_at), tasks.created_at)
                end
            )
        ) as spans
    from {{ ref('stg_amocrm__tasks') }} as tasks
    left join completions
        on tasks.account_id = completions.account_id and tasks.source_task_id = completions.source_task_id
    where tasks.entity_type = 'leads' and not tasks.is_deleted and tasks.created_at is not null
    group by tasks.account_id, tasks.source_entity_id
),

task_gaps as (
    select
        demands.*,
        unnest(
            tstzmultirange(tstzrange(demands.entered_at, demands.exited_at))
            - coalesce(covered.spans, tstzmultirange())
        ) as gap
    from demands
    left join covered on demands.account_id = covered.account_id and demands.lead_id = covered.lead_id
    where demands.rule = 'task'
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
    entered_at as began_at,
    exited_at as ended_at
from demands
where rule = 'time'
union all
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
    began_at,
    ended_at
from field_stretches
where ended_at is null or ended_at > began_at
union all
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
    lower(gap) as began_at,
    upper(gap) as ended_at
from task_gaps
