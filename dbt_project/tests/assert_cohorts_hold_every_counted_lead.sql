-- Per cohort and pipeline: the counted leads that entered the pipeline, the same at every step.
with entered as (
    select
        visit.account_id,
        visit.pipeline_id,
        {{ local_month('lead.created_at', 'account.time_zone') }} as cohort_month,
        count(distinct visit.lead_id) as leads
    from {{ ref('fct_stage_visits') }} as visit
    inner join {{ ref('fct_leads') }} as lead
        on visit.account_id = lead.account_id and visit.lead_id = lead.lead_id
    inner join {{ ref('stg_ops__accounts') }} as account on visit.account_id = account.account_id
    where
        lead.is_counted
        and exists (
            select 1
            from {{ ref('dim_stages') }} as step
            where step.account_id = visit.account_id and step.pipeline_id = visit.pipeline_id and step.is_step
        )
    group by visit.account_id, visit.pipeline_id, 3
)

select *
from {{ ref('funnel_cohorts') }} as cohort
full outer join entered using (account_id, pipeline_id, cohort_month)
where cohort.leads is distinct from entered.leads
