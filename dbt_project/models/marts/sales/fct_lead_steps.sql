{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id', 'stage_id'],
    on_schema_change='fail',
    meta={
        'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']},
        'log': ['account_id', 'cohort_month']
    },
    indexes=[
        {'columns': ['account_id', 'lead_id', 'stage_id'], 'unique': true},
        {'columns': ['account_id', 'pipeline_id', 'stage_id']},
        {'columns': ['account_id', 'cohort_month']}
    ]
) }}

with entered as (
    select distinct
        account_id,
        lead_id,
        pipeline_id
    from {{ ref('int_leads__stage_visits') }}
    where {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
),

first_entries as (
    select
        account_id,
        lead_id,
        stage_id,
        min(visit_no) as first_visit_no,
        -- the visits are in order, so the first visit is the earliest
        (array_agg(entered_at order by visit_no))[1] as first_entered_at
    from {{ ref('int_leads__stage_visits') }}
    where {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
    group by account_id, lead_id, stage_id
),

steps as (
    select
        entered.account_id,
        entered.lead_id,
        entered.pipeline_id,
        stage.stage_id,
        stage.stage_order,
        first_entries.first_visit_no,
        first_entries.first_entered_at,
        lag(first_entries.first_visit_no) over path as visit_no_before,
        row_number() over path as step_no
    from entered
    inner join {{ ref('int_leads__stages') }} as stage
        on entered.account_id = stage.account_id and entered.pipeline_id = stage.pipeline_id
    left join first_entries
        on
            entered.account_id = first_entries.account_id
            and entered.lead_id = first_entries.lead_id
            and stage.stage_id = first_entries.stage_id
    where stage.is_step
    window path as (
        partition by entered.account_id, entered.lead_id, entered.pipeline_id order by stage.stage_order
    )
),

modes as (
    select
        account_id,
        lead_id,
        pipeline_id,
        stage_id,
        stage_order,
        first_entered_at,
        first_visit_no is not null as reached_any,
        bool_and(
            first_visit_no is not null
            and (step_no = 1 or coalesce(first_visit_no > visit_no_before, false))
        ) over up_to_here as reached_strict,
        bool_or(first_visit_no is not null) over from_here as reached_filled
    from steps
    window
        up_to_here as (
            partition by account_id, lead_id, pipeline_id order by stage_order
            rows between unbounded preceding and current row
        ),
        from_here as (
            partition by account_id, lead_id, pipeline_id order by stage_order
            rows between current row and unbounded following
        )
)

select
    modes.account_id,
    modes.lead_id,
    lead.source_lead_id,
    modes.pipeline_id,
    modes.stage_id,
    modes.stage_order,
    modes.reached_any,
    modes.reached_strict,
    modes.reached_filled,
    modes.first_entered_at,
    {{ local_date('modes.first_entered_at', 'account.time_zone') }} - lead.created_date as days_from_creation,
    {{ local_month('lead.created_at', 'account.time_zone') }} as cohort_month,
    flag.is_counted
from modes
inner join {{ ref('int_leads__records') }} as lead
    on modes.account_id = lead.account_id and modes.lead_id = lead.lead_id
inner join {{ ref('int_leads__flags') }} as flag
    on modes.account_id = flag.account_id and modes.lead_id = flag.lead_id
inner join {{ ref('stg_ops__accounts') }} as account on modes.account_id = account.account_id
