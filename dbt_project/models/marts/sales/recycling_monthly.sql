{{ config(indexes=[{'columns': ['account_id', 'month_start', 'episode_kind'], 'unique': true}]) }}

with months as (
    select
        account_id,
        date_trunc('month', started_date::timestamp)::date as month_start,
        episode_kind,
        count(*) as entered,
        count(*) filter (where is_returned) as returned
    from {{ ref('lead_recycling') }}
    group by account_id, month_start, episode_kind
)

select
    months.account_id,
    months.month_start,
    months.episode_kind,
    months.entered::int as entered,
    months.returned::int as returned,
    (months.returned::numeric / nullif(months.entered, 0))::numeric(9, 6) as return_rate,
    months.month_start + interval '1 month' <= {{ local_date(as_of(), 'account.time_zone') }} as is_complete
from months
inner join {{ ref('stg_ops__accounts') }} as account on months.account_id = account.account_id
