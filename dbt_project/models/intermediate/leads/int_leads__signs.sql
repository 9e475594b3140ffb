-- Which rules of its account a lead answers by tag, loss reason, field or the stage it stands in, and since when.
-- A tag or field counts from the event that set it; without such an event, from the lead's creation.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id', 'rule'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id', 'rule'], 'unique': true}]
) }}

with rules as (
    select * from {{ ref('stg_ops__account_rules') }}
),

tagged as (
    select
        tag.account_id,
        tag.lead_id,
        rules.rule,
        'tag' as match_type,
        rules.match_value
    from rules
    inner join {{ ref('stg_amocrm__lead_tags') }} as tag
        on rules.account_id = tag.account_id and rules.match_value = lower(btrim(tag.tag_name))
    where
        rules.match_type = 'tag'
        and {{ changed(
            'int_leads__touched', ['tag.account_id', 'tag.source_lead_id']
        ) }}
),

lost as (
    select
        lead.account_id,
        lead.lead_id,
        rules.rule,
        'loss_reason' as match_type,
        rules.match_value
    from rules
    inner join {{ ref('int_leads__records') }} as lead
        on
            rules.account_id = lead.account_id
            and rules.match_value in (lower(btrim(lead.loss_reason)), lead.source_loss_reason_id)
    where rules.match_type = 'loss_reason' and {{ changed('int_leads__touched', ['lead.account_id', 'lead.lead_id']) }}
),

filled as (
    select
        v.account_id,
        v.entity_id as lead_id,
        rules.rule,
        'field' as match_type,
        v.source_field_id || '=' || rules.match_value as match_value
    from rules
    inner join {{ ref('int_crm__named_fields') }} as named
        on
            rules.account_id = named.account_id
            and named.entity_type = 'leads'
            and rules.match_field = named.name
    inner join {{ ref('int_crm__custom_field_values') }} as v
        on
            named.account_id = v.account_id
            and v.entity_type = 'leads'
            and named.source_field_id = v.source_field_id
            and rules.match_value in (lower(btrim(v.value_text)), v.source_enum_id, lower(v.enum_code))
    where
        rules.match_type = 'field'
        and {{ changed(
            'int_leads__touched', ['v.account_id', 'v.source_entity_id'], ['account_id', 'source_lead_id']
        ) }}
),

-- the field that the settings call the account's mark of a marketing-qualified lead: filled, or ticked
marked as (
    select
        v.account_id,
        v.entity_id as lead_id,
        'mql' as rule,
        'field' as match_type,
        v.source_field_id || '=' || lower(btrim(v.value_text)) as match_value
    from {{ ref('stg_ops__account_fields') }} as setting
    inner join {{ ref('int_crm__named_fields') }} as named
        on
            setting.account_id = named.account_id
            and setting.entity_type = named.entity_type
            and setting.field = named.name
    inner join {{ ref('int_crm__custom_field_values') }} as v
        on
            named.account_id = v.account_id
            and named.entity_type = v.entity_type
            and named.source_field_id = v.source_field_id
    where
        setting.meaning = 'mql_mark'
        and lower(btrim(v.value_text)) not in ('', 'false', '0', 'нет', 'no')
),

standing as (
    select
        lead.account_id,
        lead.lead_id,
        rules.rule,
        'stage' as match_type,
        rules.match_value
    from rules
    inner join {{ ref('stg_amocrm__stages') }} as stage
        on
            rules.account_id = stage.account_id
            and rules.match_value in (lower(btrim(stage.stage_name)), stage.source_stage_id)
    inner join {{ ref('int_leads__records') }} as lead
        on stage.account_id = lead.account_id and stage.stage_id = lead.stage_id
    -- stages that qualify a lead count from their first entry, see int_leads__qualifications
    where
        rules.match_type = 'stage'
        and rules.rule not in ('mql', 'sql')
        and {{ changed('int_leads__touched', ['lead.account_id', 'lead.lead_id']) }}
),

signs as (
    select * from tagged
    union all
    select * from lost
    union all
    select * from filled
    union all
    select * from marked
    union all
    select * from standing
),

set_events as (
    select
        account_id,
        lead_id,
        match_type,
        match_value,
        min(happened_at) as set_at
    from {{ ref('int_leads__set_values') }}
    where {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
    group by account_id, lead_id, match_type, match_value
)

select
    signs.account_id,
    signs.lead_id,
    signs.rule,
    min(coalesce(set_events.set_at, lead.created_at)) as since
from signs
inner join {{ ref('int_leads__records') }} as lead
    on signs.account_id = lead.account_id and signs.lead_id = lead.lead_id
left join set_events
    on
        signs.account_id = set_events.account_id
        and signs.lead_id = set_events.lead_id
        and signs.match_type = set_events.match_type
        and signs.match_value = set_events.match_value
group by signs.account_id, signs.lead_id, signs.rule
