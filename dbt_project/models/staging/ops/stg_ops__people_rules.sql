select
    account_id,
    planned_contact_months,
    scored_calls_a_week,
    scored_call_seconds
from {{ source('ops', 'account_people_rules') }}
