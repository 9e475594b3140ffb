-- Where each lead stands: the stage of its open visit. Won and lost count from the entry of that closed stage.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id'], 'unique': true}]
) }}

select
    visit.account_id,
    visit.lead_id,
    visit.pipeline_id,
    visit.stage_id,
    stage.stage_type as status,
    case when stage.stage_type = 'won' then visit.entered_at end as won_at,
    case when stage.stage_type = 'lost' then visit.entered_at end as lost_at
from {{ ref('int_leads__stage_visits') }} as visit
inner join {{ ref('int_leads__stages') }} as stage
    on visit.account_id = stage.account_id and visit.stage_id = stage.stage_id
where
    visit.exited_at is null
    and {{ changed('int_leads__touched', ['visit.account_id', 'visit.lead_id']) }}
