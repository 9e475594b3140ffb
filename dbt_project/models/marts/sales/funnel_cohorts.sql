{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'cohort_month', 'pipeline_id', 'stage_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'fct_lead_steps', 'by': ['account_id', 'cohort_month']}},
    indexes=[{'columns': ['account_id', 'cohort_month', 'pipeline_id', 'stage_id'], 'unique': true}]
) }}

with cells as (
    select
        account_id,
        cohort_month,
        pipeline_id,
        stage_id,
        stage_order,
        count(*) as leads,
        count(*) filter (where reached_any) as leads_any,
        count(*) filter (where reached_strict) as leads_strict,
        count(*) filter (where reached_filled) as leads_filled,
        percentile_cont(0.5) within group (order by days_from_creation) as median_days_from_creation
    from {{ ref('fct_lead_steps') }}
    where is_counted and {{ changed('fct_lead_steps', ['account_id', 'cohort_month']) }}
    group by account_id, cohort_month, pipeline_id, stage_id, stage_order
),

compared as (
    select
        *,
        lag(leads_filled) over cohort as filled_before,
        first_value(leads_filled) over cohort as filled_first
    from cells
    window cohort as (partition by account_id, cohort_month, pipeline_id order by stage_order)
)

select
    account_id,
    cohort_month,
    pipeline_id,
    stage_id,
    stage_order,
    leads::int as leads,
    leads_any::int as leads_any,
    leads_strict::int as leads_strict,
    leads_filled::int as leads_filled,
    (leads_filled::numeric / nullif(filled_before, 0))::numeric(9, 6) as conversion_from_previous,
    (leads_filled::numeric / nullif(filled_first, 0))::numeric(9, 6) as conversion_from_first,
    (leads_strict::numeric / nullif(leads_filled, 0))::numeric(9, 6) as standard_compliance,
    median_days_from_creation::numeric(9, 1) as median_days_from_creation
from compared
