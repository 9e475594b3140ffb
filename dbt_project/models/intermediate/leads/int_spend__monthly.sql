-- What was spent on each source and channel in a month, in the shape that source_monthly reads; lines of days and of
-- campaigns are added up, costs taken as written, with VAT or without.
select
    account_id,
    spend_month as month_start,
    source,
    channel,
    sum(cost) as cost,
    currency_code
from {{ ref('stg_sheets__spend') }}
group by account_id, spend_month, source, channel, currency_code
