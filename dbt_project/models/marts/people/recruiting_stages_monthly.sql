{{ config(indexes=[{'columns': ['account_id', 'month_start']}]) }}

with

candidates as (
    select * from {{ ref('int_people__candidates') }}
),

entries as (
    select
        candidates.account_id,
        candidates.recruiter_user_id as user_id,
        entered.stage_no,
        entered.stage,
        candidates.responded_month,
        date_trunc('month', entered.day::timestamp)::date as entered_month,
        candidates.furthest_stage >= entered.stage_no as is_reached,
        candidates.furthest_stage = entered.stage_no and candidates.dropped_on is not null as is_dropped
    from candidates
    cross join
        lateral (
            values
            (1, 'responded', candidates.responded_on),
            (2, 'screened', candidates.screened_on),
            (3, 'interviewed', candidates.interviewed_on),
            (4, 'offered', candidates.offered_on),
            (5, 'hired', candidates.hired_on)
        ) as entered (stage_no, stage, day)
),

cohorts as (
    select
        account_id,
        user_id,
        stage_no,
        stage,
        responded_month as month_start,
        count(*) filter (where is_reached) as reached,
        count(*) filter (where is_dropped and stage_no < 5) as dropped
    from entries
    group by account_id, user_id, stage_no, stage, responded_month
),

flows as (
    select
        account_id,
        user_id,
        stage_no,
        stage,
        entered_month as month_start,
        count(*) as entered
    from entries
    where entered_month is not null
    group by account_id, user_id, stage_no, stage, entered_month
),

plans as (
    select
        account_id,
        subject_id as user_id,
        metric_id,
        period_start as month_start,
        value
    from {{ ref('stg_sheets__plans') }}
    where period_type = 'month' and subject_type = 'user'
),

months as (
    select
        coalesce(cohorts.account_id, flows.account_id) as account_id,
        coalesce(cohorts.month_start, flows.month_start) as month_start,
        coalesce(cohorts.user_id, flows.user_id) as user_id,
        coalesce(cohorts.stage_no, flows.stage_no) as stage_no,
        coalesce(cohorts.stage, flows.stage) as stage,
        coalesce(cohorts.reached, 0) as reached,
        coalesce(cohorts.dropped, 0) as dropped,
        coalesce(flows.entered, 0) as entered
    from cohorts
    full join flows
        on
            cohorts.account_id = flows.account_id
            and coalesce(cohorts.user_id, '') = coalesce(flows.user_id, '')
            and cohorts.stage_no = flows.stage_no
            and cohorts.month_start = flows.month_start
),

compared as (
    select
        *,
        lag(reached) over (partition by account_id, month_start, user_id order by stage_no) as reached_before
    from months
)

select
    compared.account_id,
    {{ nullable_key("compared.account_id || ':' || to_char(compared.month_start, 'YYYY-MM')", [
        'compared.user_id', 'compared.stage'
    ]) }} as recruiting_stage_id,
    compared.month_start,
    compared.user_id,
    compared.stage_no::int as stage_no,
    compared.stage,
    compared.reached::int as reached,
    (compared.reached::numeric / nullif(compared.reached_before, 0))::numeric(9, 6) as conversion_from_previous,
    compared.dropped::int as dropped,
    (compared.dropped::numeric / nullif(compared.reached, 0))::numeric(9, 6) as dropped_share,
    compared.entered::int as entered,
    plans.value::numeric(18, 2) as plan,
    (compared.entered / nullif(plans.value, 0))::numeric(18, 6) as plan_fact_pct
from compared
left join plans
    on
        compared.account_id = plans.account_id
        and compared.user_id = plans.user_id
        and compared.month_start = plans.month_start
        and 'candidates_' || compared.stage = plans.metric_id
