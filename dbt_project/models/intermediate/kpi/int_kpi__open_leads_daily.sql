-- Leads open at the end of each local day, by who was responsible at that moment. A stock: a period's value is that of
-- its last day.
with

accounts as (
    select
        account_id,
        time_zone,
        {{ local_date(as_of(), 'time_zone') }} as last_day
    from {{ ref('stg_ops__accounts') }}
),

stretches as (
    select
        visits.account_id,
        -- nobody is a holder too: a missing user joins nothing
        coalesce(owners.user_id, '') as holder,
        greatest(visits.entered_at, owners.owned_from) as open_from,
        least(visits.exited_at, owners.owned_to) as open_to
    from {{ ref('int_leads__stage_visits') }} as visits
    inner join {{ ref('int_leads__stages') }} as stages
        on visits.account_id = stages.account_id and visits.stage_id = stages.stage_id
    inner join {{ ref('int_leads__flags') }} as flags
        on visits.account_id = flags.account_id and visits.lead_id = flags.lead_id
    inner join {{ ref('int_leads__owners') }} as owners
        on
            visits.account_id = owners.account_id
            and visits.lead_id = owners.lead_id
            and visits.entered_at < owners.owned_to
            and coalesce(visits.exited_at, 'infinity') > owners.owned_from
    where stages.stage_type = 'open' and flags.is_counted
),

changes as (
    select
        stretches.account_id,
        stretches.holder,
        change.date_day,
        sum(change.amount) as amount
    from stretches
    inner join accounts on stretches.account_id = accounts.account_id
    cross join
        lateral (
            values
            ({{ local_date('stretches.open_from', 'accounts.time_zone') }}, 1),
            (
                case
                    when isfinite(stretches.open_to)
                        then {{ local_date('stretches.open_to', 'accounts.time_zone') }}
                end,
                -1
            )
        ) as change (date_day, amount)
    where change.date_day is not null
    group by stretches.account_id, stretches.holder, change.date_day
),

days as (
    select
        firsts.account_id,
        firsts.holder,
        day::date as date_day
    from (
        select
            account_id,
            holder,
            min(date_day) as first_day
        from changes
        group by account_id, holder
    ) as firsts
    inner join accounts on firsts.account_id = accounts.account_id
    cross join lateral generate_series(firsts.first_day, accounts.last_day, interval '1 day') as day
)

select
    days.account_id,
    'open_leads' as metric_id,
    days.date_day,
    nullif(days.holder, '') as user_id,
    sum(coalesce(changes.amount, 0)) over (
        partition by days.account_id, days.holder
        order by days.date_day
    ) as numerator,
    null::numeric as denominator
from days
left join changes
    on
        days.account_id = changes.account_id
        and days.holder = changes.holder
        and days.date_day = changes.date_day
