{{ config(indexes=[
    {'columns': ['account_id', 'handover_month_id'], 'unique': true},
    {'columns': ['account_id', 'month_start']},
]) }}

with handovers as (
    select
        handover.account_id,
        {{ local_month('handover.happened_at', 'account.time_zone') }} as month_start,
        giver.division as from_division,
        taker.division as to_division,
        extract(epoch from handover.taken_up_at - handover.happened_at) / 60 as delay_minutes
    from {{ ref('int_leads__handovers') }} as handover
    inner join {{ ref('stg_ops__accounts') }} as account on handover.account_id = account.account_id
    left join {{ ref('dim_users') }} as giver
        on handover.account_id = giver.account_id and handover.from_user_id = giver.user_id
    left join {{ ref('dim_users') }} as taker
        on handover.account_id = taker.account_id and handover.to_user_id = taker.user_id
),

months as (
    select
        account_id,
        month_start,
        from_division,
        to_division,
        count(*) as handovers,
        count(delay_minutes) as taken_up,
        avg(delay_minutes) as delay_minutes_mean,
        percentile_cont(0.5) within group (order by delay_minutes) as delay_minutes_median
    from handovers
    group by account_id, month_start, from_division, to_division
)

select
    months.account_id,
    {{ nullable_key(
        "months.account_id || ':' || to_char(months.month_start, 'YYYY-MM')", ['from_division', 'to_division']
    ) }} as handover_month_id,
    months.month_start,
    months.from_division,
    months.to_division,
    months.handovers::int as handovers,
    months.taken_up::int as taken_up,
    (months.taken_up::numeric / nullif(months.handovers, 0))::numeric(9, 6) as taken_up_share,
    months.delay_minutes_mean::numeric(12, 2) as delay_minutes_mean,
    months.delay_minutes_median::numeric(12, 2) as delay_minutes_median,
    months.month_start + interval '1 month' <= {{ local_date(as_of(), 'account.time_zone') }} as is_complete
from months
inner join {{ ref('stg_ops__accounts') }} as account on months.account_id = account.account_id
