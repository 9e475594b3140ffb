-- What each stay of a counted lead in a stage with a standard had to have.
{{ config(indexes=[{'columns': ['account_id', 'lead_id', 'visit_no']}]) }}

select
    visits.account_id,
    visits.lead_id,
    visits.visit_no,
    standards.pipeline_id,
    standards.stage_id,
    standards.rule,
    standards.field,
    standards.source_field_id,
    standards.limit_hours,
    standards.clock,
    visits.owner_id,
    visits.entered_at,
    visits.exited_at
from {{ ref('int_people__standards') }} as standards
inner join {{ ref('int_leads__stage_visits') }} as visits
    on standards.account_id = visits.account_id and standards.stage_id = visits.stage_id
inner join {{ ref('int_leads__flags') }} as flags
    on visits.account_id = flags.account_id and visits.lead_id = flags.lead_id
where flags.is_counted
