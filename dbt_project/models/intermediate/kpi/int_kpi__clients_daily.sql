-- What clients say and buy, for the account manager of the client of today. Of a client's answers to a question by
-- phone the last one of a quarter counts. The second and every later service of a client is a cross-sale, also one
-- sold on the first day; a contract is an up-sale when it pays more than the one of the same service before it,
-- indexation apart.
with

answers as (
    select distinct on (
        account_id, coalesce(client_id, client), question, date_trunc('quarter', asked_on::timestamp), is_mark
    )
        account_id,
        client_id,
        asked_on,
        answer,
        is_mark
    from (
        select
            *,
            answer ~ '^(10|[0-9])$' as is_mark
        from {{ ref('stg_sheets__pulse_phone') }}
    ) as answers
    where is_mark or lower(answer) in ('отлично', 'excellent', 'нормально', 'normal', 'good', 'плохо', 'bad')
    order by
        account_id asc, coalesce(client_id, client) asc, question asc,
        date_trunc('quarter', asked_on::timestamp) asc, is_mark asc, asked_on desc, phone_answer_id desc
),

contracts as (
    select
        contracts.account_id,
        contracts.client_id,
        contracts.started_on,
        contracts.service,
        contracts.change_reason,
        contracts.fee / contracts.months_per_fee as monthly_fee,
        lag(contracts.fee / contracts.months_per_fee) over same_service as fee_before,
        row_number() over same_service = 1 as is_first_of_service,
        row_number() over (
            partition by contracts.account_id, contracts.client_id
            order by contracts.started_on asc, contracts.contract_id asc
        ) = 1 as is_first_of_client
    from {{ ref('stg_sheets__contracts') }} as contracts
    inner join {{ ref('stg_ops__accounts') }} as accounts on contracts.account_id = accounts.account_id
    where
        contracts.client_id is not null
        and contracts.started_on <= {{ local_date(as_of(), 'accounts.time_zone') }}
    window same_service as (
        partition by contracts.account_id, contracts.client_id, contracts.service, contracts.currency_code
        order by contracts.started_on asc, contracts.contract_id asc
    )
),

contributions as (
    select
        account_id,
        client_id,
        case when is_mark then 'nps' else 'client_pulse' end as metric_id,
        asked_on as date_day,
        case
            when lower(answer) in ('отлично', 'excellent', '9', '10') then 1
            when lower(answer) in ('плохо', 'bad', '0', '1', '2', '3', '4', '5', '6') then -1
            else 0
        end as numerator,
        1 as denominator
    from answers
    union all
    select
        account_id,
        client_id,
        'cross_sales' as metric_id,
        started_on as date_day,
        1 as numerator,
        null as denominator
    from contracts
    where is_first_of_service and not is_first_of_client
    union all
    select
        account_id,
        client_id,
        'upsales' as metric_id,
        started_on as date_day,
        1 as numerator,
        null as denominator
    from contracts
    where monthly_fee > fee_before and change_reason is distinct from 'indexation'
)

select
    contributions.account_id,
    contributions.metric_id,
    contributions.date_day,
    clients.account_manager_id as user_id,
    sum(contributions.numerator)::numeric as numerator,
    sum(contributions.denominator)::numeric as denominator
from contributions
left join {{ ref('dim_clients') }} as clients
    on contributions.account_id = clients.account_id and contributions.client_id = clients.client_id
group by
    contributions.account_id, contributions.metric_id, contributions.date_day, clients.account_manager_id
