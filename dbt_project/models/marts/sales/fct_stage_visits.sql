{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id', 'visit_no'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[
        {'columns': ['account_id', 'lead_id', 'visit_no'], 'unique': true},
        {'columns': ['account_id', 'stage_id', 'entered_at']},
        {'columns': ['account_id', 'owner_id']}
    ]
) }}

select
    visit.account_id,
    visit.lead_id,
    lead.source_lead_id,
    visit.pipeline_id,
    visit.stage_id,
    visit.visit_no::int as visit_no,
    visit.entered_at,
    visit.exited_at,
    visit.owner_id,
    visit.is_assumed,
    flag.is_counted
from {{ ref('int_leads__stage_visits') }} as visit
inner join {{ ref('int_leads__records') }} as lead
    on visit.account_id = lead.account_id and visit.lead_id = lead.lead_id
inner join {{ ref('int_leads__flags') }} as flag
    on visit.account_id = flag.account_id and visit.lead_id = flag.lead_id
where {{ changed('int_leads__touched', ['visit.account_id', 'visit.lead_id']) }}
