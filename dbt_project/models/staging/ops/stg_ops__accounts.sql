select
    account_id,
    name as account_name,
    time_zone,
    currency_code,
    country_code,
    work_start::time as work_start,
    work_end::time as work_end,
    work_weekdays,
    closing_grace_days,
    margin_share,
    payments_truth
from {{ source('ops', 'accounts') }}
