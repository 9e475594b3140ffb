-- The cohort funnel cut by what is known of a lead today. Leads of whom it is not known are a segment with value null.
{{ config(indexes=[
    {'columns': ['account_id', 'funnel_segment_id'], 'unique': true},
    {'columns': ['account_id', 'segment_type', 'cohort_month', 'pipeline_id']},
]) }}

with leads as (
    select
        leads.account_id,
        leads.lead_id,
        segment.segment_type,
        segment.segment_value,
        segment.segment_name
    from {{ ref('fct_leads') }} as leads
    left join {{ ref('dim_users') }} as users
        on leads.account_id = users.account_id and leads.user_id = users.user_id
    left join {{ ref('dim_clients') }} as clients
        on leads.account_id = clients.account_id and leads.client_id = clients.client_id
    cross join
        lateral (
            values
            ('source', leads.source, leads.source),
            ('region', leads.region, leads.region),
            ('subject_area', leads.subject_area, leads.subject_area),
            ('site_type', leads.site_type, leads.site_type),
            ('lead_score', leads.lead_score, leads.lead_score),
            ('user', leads.user_id, users.user_name),
            ('team', users.team, users.team),
            ('client_segment', clients.segment, clients.segment)
        ) as segment (segment_type, segment_value, segment_name)
    where leads.is_counted
),

cells as (
    select
        steps.account_id,
        steps.cohort_month,
        steps.pipeline_id,
        steps.stage_id,
        steps.stage_order,
        leads.segment_type,
        leads.segment_value,
        max(leads.segment_name) as segment_name,
        count(*) as leads,
        count(*) filter (where steps.reached_any) as leads_any,
        count(*) filter (where steps.reached_strict) as leads_strict,
        count(*) filter (where steps.reached_filled) as leads_filled
    from {{ ref('fct_lead_steps') }} as steps
    inner join leads on steps.account_id = leads.account_id and steps.lead_id = leads.lead_id
    where steps.is_counted
    group by
        steps.account_id, steps.cohort_month, steps.pipeline_id, steps.stage_id, steps.stage_order,
        leads.segment_type, leads.segment_value
),

compared as (
    select
        *,
        lag(leads_filled) over cohort as filled_before,
        first_value(leads_filled) over cohort as filled_first
    from cells
    window cohort as (
        partition by account_id, cohort_month, pipeline_id, segment_type, segment_value
        order by stage_order
    )
)

select
    account_id,
    {{ nullable_key(
        "account_id || ':' || to_char(cohort_month, 'YYYY-MM')", ['stage_id', 'segment_type', 'segment_value']
    ) }} as funnel_segment_id,
    cohort_month,
    pipeline_id,
    stage_id,
    stage_order,
    segment_type,
    segment_value,
    segment_name,
    leads::int as leads,
    leads_any::int as leads_any,
    leads_strict::int as leads_strict,
    leads_filled::int as leads_filled,
    (leads_filled::numeric / nullif(filled_before, 0))::numeric(9, 6) as conversion_from_previous,
    (leads_filled::numeric / nullif(filled_first, 0))::numeric(9, 6) as conversion_from_first
from compared
