with

users as (
    {{ users_by_email() }}
)

select
    call_scores.account_id,
    {{ entity_key('sheets', 'call_scores.source_id', 'call_scores.account_id') }} as call_score_id,
    call_scores.payload ->> 'subject_type' as subject_type,
    call_scores.payload ->> 'subject' as source_subject_id,
    lower(call_scores.payload ->> 'person') as person,
    users.user_id,
    scorers.user_id as scorer_user_id,
    (call_scores.payload ->> 'scored_on')::date as scored_on,
    call_scores.payload ->> 'stage' as stage,
    call_scores.payload ->> 'scorecard' as scorecard,
    call_scores.payload ->> 'item' as item,
    (call_scores.payload ->> 'weight')::numeric(8, 2) as weight,
    case call_scores.payload ->> 'value' when '1' then true when '0' then false end as passed_at_first,
    case
        when call_scores.payload ->> 'appeal' = 'upheld'
            then
                case coalesce(call_scores.payload ->> 'value_after_appeal', '1')
                    when '1' then true
                    when '0' then false
                end
        else case call_scores.payload ->> 'value' when '1' then true when '0' then false end
    end as is_passed,
    (call_scores.payload ->> 'is_critical')::boolean as is_critical,
    call_scores.payload ->> 'appeal' as appeal,
    call_scores.payload ->> 'library' as library,
    call_scores.payload ->> 'comment' as comment
from {{ source('sheets', 'call_scores') }} as call_scores
left join users on call_scores.account_id = users.account_id and lower(call_scores.payload ->> 'person') = users.email
left join users as scorers
    on call_scores.account_id = scorers.account_id and lower(call_scores.payload ->> 'scorer') = scorers.email
where call_scores.deleted_at is null
