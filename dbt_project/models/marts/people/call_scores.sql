{{ config(indexes=[
    {'columns': ['account_id', 'scored_on']},
    {'columns': ['account_id', 'user_id', 'scored_on']}
]) }}

with

summed as (
    select
        account_id,
        score_id,
        min(subject_type) as subject_type,
        min(source_subject_id) as source_subject_id,
        min(call_id) as call_id,
        min(lead_id) as lead_id,
        min(user_id) as user_id,
        min(scorer_user_id) as scorer_user_id,
        min(scorecard) as scorecard,
        min(stage) as stage,
        min(scored_on) as scored_on,
        count(*) as items,
        count(is_passed) as applicable_items,
        count(*) filter (where is_passed) as passed_items,
        sum(weight) filter (where is_passed is not null) as applicable_weight,
        coalesce(sum(weight) filter (where is_passed), 0) as passed_weight,
        coalesce(bool_or(is_critical and not is_passed), false) as is_critical_failed,
        sum(weight) filter (where passed_at_first is not null) as first_applicable_weight,
        coalesce(sum(weight) filter (where passed_at_first), 0) as first_passed_weight,
        coalesce(bool_or(is_critical and not passed_at_first), false) as is_first_critical_failed,
        count(appeal) as appeals,
        count(*) filter (where appeal = 'upheld') as appeals_upheld,
        count(*) filter (where appeal = 'rejected') as appeals_rejected,
        min(library) as library
    from {{ ref('fct_scorecards') }}
    group by account_id, score_id
)

select
    account_id,
    score_id,
    subject_type,
    source_subject_id,
    call_id,
    lead_id,
    user_id,
    scorer_user_id,
    scorecard,
    stage,
    scored_on,
    items::int as items,
    applicable_items::int as applicable_items,
    passed_items::int as passed_items,
    coalesce(applicable_weight, 0)::numeric(12, 2) as applicable_weight,
    case when is_critical_failed then 0 else passed_weight end::numeric(12, 2) as counted_weight,
    is_critical_failed,
    (case when is_critical_failed then 0 else passed_weight end * 100 / applicable_weight)::numeric(6, 2) as score,
    (
        case when is_first_critical_failed then 0 else first_passed_weight end * 100 / first_applicable_weight
    )::numeric(6, 2) as score_at_first,
    appeals::int as appeals,
    appeals_upheld::int as appeals_upheld,
    appeals_rejected::int as appeals_rejected,
    library
from summed
