-- Leads handed over to somebody else, by day, for the user who gave them away.
select
    events.account_id,
    'handovers_out' as metric_id,
    {{ local_date('events.happened_at', 'accounts.time_zone') }} as date_day,
    events.from_user_id as user_id,
    count(*)::numeric as numerator,
    null::numeric as denominator
from {{ ref('int_leads__events') }} as events
inner join {{ ref('int_leads__flags') }} as flags
    on events.account_id = flags.account_id and events.lead_id = flags.lead_id
inner join {{ ref('stg_ops__accounts') }} as accounts on events.account_id = accounts.account_id
where
    events.event_type = 'entity_responsible_changed'
    and events.from_user_id is distinct from events.to_user_id
    and flags.is_counted
group by events.account_id, date_day, events.from_user_id
