-- When a counted lead first came to a milestone of telemarketing: into the stage the settings name or, having jumped
-- over it, into a later one of that pipeline; with who held the lead then.
select distinct on (visits.account_id, visits.lead_id, milestones.milestone)
    visits.account_id,
    visits.lead_id,
    milestones.milestone,
    visits.entered_at as reached_at,
    {{ local_date('visits.entered_at', 'accounts.time_zone') }} as reached_date,
    visits.owner_id as user_id
from {{ ref('stg_ops__milestones') }} as milestones
inner join {{ ref('int_leads__stages') }} as named
    on
        milestones.account_id = named.account_id
        and milestones.stage in (lower(btrim(named.stage_name)), named.source_stage_id)
inner join {{ ref('int_leads__stages') }} as stages
    on
        named.account_id = stages.account_id
        and named.pipeline_id = stages.pipeline_id
        and named.stage_order <= stages.stage_order
        and stages.stage_type != 'lost'
inner join {{ ref('int_leads__stage_visits') }} as visits
    on stages.account_id = visits.account_id and stages.stage_id = visits.stage_id
inner join {{ ref('int_leads__flags') }} as flags
    on visits.account_id = flags.account_id and visits.lead_id = flags.lead_id
inner join {{ ref('stg_ops__accounts') }} as accounts on visits.account_id = accounts.account_id
where flags.is_counted
order by visits.account_id asc, visits.lead_id asc, milestones.milestone asc, visits.entered_at asc, visits.visit_no asc
