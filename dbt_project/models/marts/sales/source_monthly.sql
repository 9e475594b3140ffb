{{ config(indexes=[
    {'columns': ['account_id', 'source_month_id'], 'unique': true},
    {'columns': ['account_id', 'month_start', 'source']},
]) }}

with leads as (
    select
        account_id,
        date_trunc('month', created_date::timestamp)::date as month_start,
        source,
        channel,
        count(*) as leads,
        count(mql_at) as mql,
        count(sql_at) as sql,
        count(*) filter (where status = 'won') as won,
        coalesce(sum(amount) filter (where status = 'won'), 0) as revenue
    from {{ ref('fct_leads') }}
    where is_counted
    group by account_id, month_start, source, channel
),

-- spend in another currency cannot be added up with the account's, so then nothing is known
spend as (
    select
        spend.account_id,
        spend.month_start,
        spend.source,
        spend.channel,
        case when bool_and(spend.currency_code = account.currency_code) then sum(spend.cost) end as cost
    from {{ ref('int_spend__monthly') }} as spend
    inner join {{ ref('stg_ops__accounts') }} as account on spend.account_id = account.account_id
    group by spend.account_id, spend.month_start, spend.source, spend.channel
),

keyed_leads as (
    select
        *,
        {{ source_month_key() }} as source_month_id
    from leads
),

keyed_spend as (
    select
        *,
        {{ source_month_key() }} as source_month_id
    from spend
),

sources as (
    select
        coalesce(lead.source_month_id, spend.source_month_id) as source_month_id,
        coalesce(lead.account_id, spend.account_id) as account_id,
        coalesce(lead.month_start, spend.month_start) as month_start,
        coalesce(lead.source, spend.source) as source,
        coalesce(lead.channel, spend.channel) as channel,
        coalesce(lead.leads, 0) as leads,
        coalesce(lead.mql, 0) as mql,
        coalesce(lead.sql, 0) as sql,
        coalesce(lead.won, 0) as won,
        coalesce(lead.revenue, 0) as revenue,
        spend.cost
    from keyed_leads as lead
    full outer join keyed_spend as spend on lead.source_month_id = spend.source_month_id
)

select
    sources.account_id,
    sources.source_month_id,
    sources.month_start,
    sources.source,
    sources.channel,
    sources.leads::int as leads,
    sources.mql::int as mql,
    sources.sql::int as sql,
    sources.won::int as won,
    sources.revenue::numeric(18, 2) as revenue,
    sources.cost::numeric(18, 2) as cost,
    (sources.cost / nullif(sources.won, 0))::numeric(18, 2) as cac,
    (sources.won::numeric / nullif(sources.leads, 0))::numeric(9, 6) as win_rate_created,
    (sources.mql::numeric / nullif(sources.leads, 0))::numeric(9, 6) as mql_share,
    (sources.sql::numeric / nullif(sources.leads, 0))::numeric(9, 6) as sql_share,
    account.currency_code,
    sources.month_start + interval '1 month' <= {{ local_date(as_of(), 'account.time_zone') }} as is_complete
from sources
inner join {{ ref('stg_ops__accounts') }} as account on sources.account_id = account.account_id
