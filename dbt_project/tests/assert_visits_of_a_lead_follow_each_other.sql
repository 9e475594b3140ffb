-- Each visit ends when the next begins, none is followed by one to the same stage, and only the last is open.
with visits as (
    select
        *,
        lead(entered_at) over path as next_entered_at,
        lead(stage_id) over path as next_stage_id,
        lead(visit_no) over path as next_visit_no
    from {{ ref('fct_stage_visits') }}
    window path as (partition by account_id, lead_id order by visit_no)
)

select *
from visits
where
    exited_at is distinct from next_entered_at
    or stage_id = next_stage_id
    or next_visit_no != visit_no + 1
