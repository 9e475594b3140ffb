{{ config(indexes=[{'columns': ['account_id', 'month_start', 'user_id']}]) }}

with

items as (
    select
        account_id,
        date_trunc('month', scored_on::timestamp)::date as month_start,
        subject_type,
        user_id,
        scorecard,
        item,
        count(*) as applicable,
        count(*) filter (where not is_passed) as failed
    from {{ ref('fct_scorecards') }}
    where is_passed is not null
    group by account_id, month_start, subject_type, user_id, scorecard, item
)

select
    account_id,
    {{ nullable_key("account_id || ':' || to_char(month_start, 'YYYY-MM')", [
        'subject_type', 'user_id', 'scorecard', 'item'
    ]) }} as item_month_id,
    month_start,
    subject_type,
    user_id,
    scorecard,
    item,
    applicable::int as applicable,
    failed::int as failed,
    (failed::numeric / applicable)::numeric(9, 6) as failed_share,
    case
        when failed > 0
            then
                row_number() over (
                    partition by account_id, month_start, subject_type, user_id
                    order by failed desc, failed::numeric / applicable desc, item asc, scorecard asc
                )
    end::int as growth_rank
from items
