-- The cohort funnel of an account as of a moment, from what raw and its history still tell: leads that were deleted or
-- merged away after it count again, steps entered after it do not. For psql: -v account_id=sever -v as_of=2026-03-07T23:59:59+03:00
with leads as (
    select lead_id
    from marts.fct_leads
    where
        account_id = :'account_id'
        and created_at <= :'as_of'::timestamptz
        and (deleted_at is null or deleted_at > :'as_of'::timestamptz)
        and not (is_spam or is_test or is_duplicate)
),

steps as (
    select
        step.cohort_month,
        step.pipeline_id,
        step.stage_id,
        step.stage_order,
        step.reached_strict,
        coalesce(step.first_entered_at <= :'as_of'::timestamptz, false) as is_entered,
        coalesce(
            min(step.first_entered_at) over (
                partition by step.lead_id, step.pipeline_id order by step.stage_order
                rows between current row and unbounded following
            ) <= :'as_of'::timestamptz,
            false
        ) as is_reached
    from marts.fct_lead_steps as step
    inner join leads on step.lead_id = leads.lead_id
)

select
    cohort_month,
    pipeline_id,
    stage_id,
    stage_order,
    count(*) filter (where is_entered)::int as leads_any,
    count(*) filter (where is_entered and reached_strict)::int as leads_strict,
    count(*) filter (where is_reached)::int as leads_filled
from steps
group by cohort_month, pipeline_id, stage_id, stage_order
order by cohort_month, pipeline_id, stage_order
