-- The demands on stages, with the keys of what they name. A name that the CRM does not have makes no row.
select distinct on (stages.account_id, stages.stage_id, standards.rule, fields.source_field_id)
    stages.account_id,
    stages.pipeline_id,
    stages.stage_id,
    standards.rule,
    standards.field,
    fields.source_field_id,
    standards.limit_hours,
    standards.clock
from {{ ref('stg_ops__stage_standards') }} as standards
inner join {{ ref('int_leads__stages') }} as stages
    on
        standards.account_id = stages.account_id
        and standards.pipeline in (lower(btrim(stages.pipeline_name)), stages.source_pipeline_id)
        and standards.stage in (lower(btrim(stages.stage_name)), stages.source_stage_id)
left join {{ ref('int_crm__named_fields') }} as fields
    on
        standards.account_id = fields.account_id
        and fields.entity_type = 'leads'
        and lower(standards.field) = fields.name
where standards.rule != 'field' or fields.source_field_id is not null
order by
    stages.account_id asc, stages.stage_id asc, standards.rule asc, fields.source_field_id asc,
    standards.limit_hours asc
