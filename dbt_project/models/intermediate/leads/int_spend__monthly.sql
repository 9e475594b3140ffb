-- The place where advertising spend joins, in the shape that source_monthly reads. No source of spend is loaded, so
-- there are no rows: cost and CAC are unknown, not zero.
select
    null::text as account_id,
    null::date as month_start,
    null::text as source,
    null::text as channel,
    null::numeric(18, 2) as cost,
    null::text as currency_code
where false
