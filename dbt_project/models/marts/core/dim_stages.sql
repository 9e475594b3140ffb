{{ config(indexes=[
    {'columns': ['account_id', 'stage_id'], 'unique': true},
    {'columns': ['account_id', 'pipeline_id']},
]) }}

select
    stage.account_id,
    stage.pipeline_id,
    stage.source_pipeline_id,
    stage.pipeline_name,
    stage.pipeline_sort,
    stage.stage_id,
    stage.source_stage_id,
    stage.stage_name,
    stage.stage_order,
    stage.stage_type,
    stage.is_incoming,
    stage.is_step,
    stage.is_listed,
    division.division
from {{ ref('int_leads__stages') }} as stage
left join {{ ref('stg_ops__account_divisions') }} as division
    on stage.account_id = division.account_id and stage.pipeline_name = division.group_name
