{{ config(indexes=[
    {'columns': ['account_id', 'scored_on']},
    {'columns': ['account_id', 'score_id']},
    {'columns': ['account_id', 'user_id', 'scored_on']}
]) }}

with

items as (
    select * from {{ ref('stg_sheets__call_scores') }}
),

-- Whoever scores writes the exchange's id of the call; two exchanges with the same id leave the call unknown.
calls as (
    select
        account_id,
        source_call_id,
        min(call_id) as call_id
    from {{ ref('fct_calls') }}
    where source_call_id in (select items.source_subject_id from items)
    group by account_id, source_call_id
    having count(*) = 1
)

select
    items.account_id,
    items.call_score_id as score_item_id,
    {{ nullable_key("items.account_id || ':score'", [
        'items.subject_type', 'items.source_subject_id', 'items.person', 'items.scorecard', 'items.scored_on'
    ]) }} as score_id,
    items.subject_type,
    items.source_subject_id,
    calls.call_id,
    leads.lead_id,
    items.user_id,
    items.scorer_user_id,
    items.scorecard,
    items.stage,
    items.scored_on,
    items.item,
    items.weight,
    items.is_critical,
    items.passed_at_first,
    items.is_passed,
    items.appeal,
    items.library,
    items.comment
from items
left join calls
    on
        items.subject_type = 'call'
        and items.account_id = calls.account_id
        and items.source_subject_id = calls.source_call_id
left join {{ ref('fct_leads') }} as leads
    on
        items.subject_type = 'lead'
        and items.account_id = leads.account_id
        and items.source_subject_id = leads.source_lead_id
