-- Everything by today's outcome and in the pipeline the lead stands in today: a win reopened later leaves its month.
{{ config(indexes=[{'columns': ['account_id', 'pipeline_id', 'month_start'], 'unique': true}]) }}

with leads as (
    select
        lead.account_id,
        lead.pipeline_id,
        lead.status,
        lead.amount,
        lead.cycle_days,
        date_trunc('month', coalesce(lead.won_date, lead.lost_date)::timestamp)::date as closing_month,
        date_trunc('month', lead.created_date::timestamp)::date as creation_month,
        {{ local_month('lead.sql_at', 'account.time_zone') }} as sql_month
    from {{ ref('fct_leads') }} as lead
    inner join {{ ref('stg_ops__accounts') }} as account on lead.account_id = account.account_id
    where lead.is_counted and lead.pipeline_id is not null
),

months as (
    select
        pipeline.account_id,
        pipeline.pipeline_id,
        account.currency_code,
        month_start::date as month_start,
        month_start + interval '1 month' <= {{ local_date(as_of(), 'account.time_zone') }} as is_complete
    from (
        select
            account_id,
            pipeline_id,
            least(min(creation_month), min(closing_month)) as first_month
        from leads
        group by account_id, pipeline_id
    ) as pipeline
    inner join {{ ref('stg_ops__accounts') }} as account on pipeline.account_id = account.account_id
    cross join lateral generate_series(
        pipeline.first_month::timestamp,
        {{ local_month(as_of(), 'account.time_zone') }}::timestamp,
        interval '1 month'
    ) as month_start
),

closings as (
    select
        account_id,
        pipeline_id,
        closing_month as month_start,
        count(*) filter (where status = 'won') as won,
        count(*) filter (where status = 'lost') as lost,
        count(*) filter (where status = 'won' and amount > 0) as won_with_amount,
        sum(amount) filter (where status = 'won' and amount > 0) as won_amount,
        avg(cycle_days) as cycle_days_mean,
        percentile_cont(0.5) within group (order by cycle_days) as cycle_days_median
    from leads
    where closing_month is not null
    group by account_id, pipeline_id, closing_month
),

stocks as (
    select
        months.account_id,
        months.pipeline_id,
        months.month_start,
        count(leads.sql_month) as qualified_open
    from months
    left join leads
        on
            months.account_id = leads.account_id
            and months.pipeline_id = leads.pipeline_id
            and months.month_start >= leads.sql_month
            and (leads.closing_month is null or months.month_start < leads.closing_month)
    group by months.account_id, months.pipeline_id, months.month_start
),

rates as (
    select
        months.account_id,
        months.month_start,
        months.pipeline_id,
        months.currency_code,
        months.is_complete,
        stocks.qualified_open,
        coalesce(closings.won, 0) as won,
        coalesce(closings.lost, 0) as lost,
        coalesce(closings.won_amount, 0) as won_amount,
        closings.won::numeric / nullif(closings.won + closings.lost, 0) as win_rate,
        closings.won_amount / nullif(closings.won_with_amount, 0) as average_cheque,
        closings.cycle_days_mean,
        closings.cycle_days_median
    from months
    inner join stocks
        on
            months.account_id = stocks.account_id
            and months.pipeline_id = stocks.pipeline_id
            and months.month_start = stocks.month_start
    left join closings
        on
            months.account_id = closings.account_id
            and months.pipeline_id = closings.pipeline_id
            and months.month_start = closings.month_start
)

select
    account_id,
    month_start,
    pipeline_id,
    qualified_open::int as qualified_open,
    won::int as won,
    lost::int as lost,
    won_amount::numeric(18, 2) as won_amount,
    win_rate::numeric(9, 6) as win_rate,
    average_cheque::numeric(18, 2) as average_cheque,
    cycle_days_mean::numeric(9, 2) as cycle_days_mean,
    cycle_days_median::numeric(9, 1) as cycle_days_median,
    (qualified_open * average_cheque * win_rate / nullif(cycle_days_mean, 0))::numeric(18, 2) as velocity_per_day,
    currency_code,
    is_complete
from rates
