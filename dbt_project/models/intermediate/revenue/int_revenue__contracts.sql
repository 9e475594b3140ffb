-- Recurring contracts that have begun. One without a company the CRM knows stands for itself: its money is not lost.
with

contracts as (
    select * from {{ ref('stg_sheets__contracts') }}
),

accounts as (
    select * from {{ ref('stg_ops__accounts') }}
)

select
    contracts.account_id,
    contracts.contract_id,
    contracts.source_contract_id,
    coalesce(contracts.client_id, contracts.contract_id) as client_id,
    contracts.service,
    (contracts.fee / contracts.months_per_fee)::numeric(18, 2) as monthly_fee,
    contracts.currency_code,
    contracts.currency_code = accounts.currency_code as is_account_currency,
    contracts.started_on,
    contracts.ended_on,
    contracts.change_reason,
    count(*) over (
        partition by contracts.account_id, coalesce(contracts.client_id, contracts.contract_id), contracts.started_on
    ) > 1 as has_same_day_start
from contracts
inner join accounts on contracts.account_id = accounts.account_id
where
    contracts.is_recurring
    and contracts.started_on <= {{ local_date(as_of(), 'accounts.time_zone') }}
    and (contracts.ended_on is null or contracts.ended_on >= contracts.started_on)
