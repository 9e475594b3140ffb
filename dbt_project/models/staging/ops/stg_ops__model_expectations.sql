select
    account_id,
    model,
    tenure_months,
    expected_months
from {{ source('ops', 'model_expectations') }}
