-- Per cohort and pipeline: the counted leads that entered the pipeline, the same at every step.
with entries as (
    select
        visit.account_id,
        visit.pipeline_id,
        visit.lead_id,
        {{ local_month('lead.created_at', 'account.time_zone') }} as cohort_month
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
),

entered as (
    select
        account_id,
        pipeline_id,
        cohort_month,
        count(distinct lead_id) as leads
    from entries
    group by account_id, pipeline_id, cohort_month
)

select
    cohort.*,
    entered.leads as leads_entered
from {{ ref('funnel_cohorts') }} as cohort
full outer join entered
    on
        cohort.account_id = entered.account_id
        and cohort.pipeline_id = entered.pipeline_id
        and cohort.cohort_month = entered.cohort_month
where cohort.leads is distinct from entered.leads
