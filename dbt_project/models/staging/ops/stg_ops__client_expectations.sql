select
    account_id,
    client_id,
    data_cut,
    probability_alive,
    expected_purchases,
    expected_value
from {{ source('ops', 'client_expectations') }}
