-- When a lead became marketing and sales qualified by its account's rules: the first sign of any of them. A stage
-- rule is met by the first entry of the named stage or of a later step of its pipeline; "lost" is not a later step.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id'], 'unique': true}]
) }}

with named_stages as (
    select
        rule.account_id,
        rule.rule,
        stage.pipeline_id,
        min(stage.stage_order) as stage_order
    from {{ ref('stg_ops__account_rules') }} as rule
    inner join {{ ref('int_leads__stages') }} as stage
        on
            rule.account_id = stage.account_id
            and rule.match_value in (lower(btrim(stage.stage_name)), stage.source_stage_id)
    where rule.match_type = 'stage' and rule.rule in ('mql', 'sql') and stage.is_listed
    group by rule.account_id, rule.rule, stage.pipeline_id
),

moments as (
    select
        visit.account_id,
        visit.lead_id,
        named.rule,
        visit.entered_at as qualified_at
    from named_stages as named
    inner join {{ ref('int_leads__stages') }} as stage
        on
            named.account_id = stage.account_id
            and named.pipeline_id = stage.pipeline_id
            and named.stage_order <= stage.stage_order
            and stage.stage_type != 'lost'
    inner join {{ ref('int_leads__stage_visits') }} as visit
        on stage.account_id = visit.account_id and stage.stage_id = visit.stage_id
    where {{ changed('int_leads__touched', ['visit.account_id', 'visit.lead_id']) }}
    union all
    select
        account_id,
        lead_id,
        rule,
        since as qualified_at
    from {{ ref('int_leads__signs') }}
    where rule in ('mql', 'sql') and {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
)

select
    account_id,
    lead_id,
    min(qualified_at) filter (where rule = 'mql') as mql_at,
    min(qualified_at) filter (where rule = 'sql') as sql_at
from moments
group by account_id, lead_id
