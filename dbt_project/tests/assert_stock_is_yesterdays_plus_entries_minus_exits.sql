-- The stock is worked out from visits in one sum; here it is held against the day before, row by row.
with days as (
    select
        *,
        lag(stock) over (partition by account_id, stage_id order by date_day) as stock_before,
        lag(date_day) over (partition by account_id, stage_id order by date_day) as day_before
    from {{ ref('funnel_flow_daily') }}
)

select *
from days
where stock != coalesce(stock_before, 0) + entries - exits or date_day != day_before + 1
