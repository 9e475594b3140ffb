{{ config(indexes=[
    {'columns': ['account_id', 'month_start']},
    {'columns': ['client_id', 'month_start']}
]) }}

select
    contracts.account_id,
    contracts.contract_id,
    contracts.source_contract_id,
    contracts.client_id,
    contracts.service,
    months.month_start,
    contracts.monthly_fee as mrr,
    contracts.currency_code,
    contracts.is_account_currency,
    contracts.has_same_day_start,
    months.is_closed
from {{ ref('int_revenue__contracts') }} as contracts
inner join {{ ref('int_revenue__months') }} as months
    on
        contracts.account_id = months.account_id
        and contracts.started_on <= months.as_of_day
        and (contracts.ended_on is null or contracts.ended_on >= months.as_of_day)
