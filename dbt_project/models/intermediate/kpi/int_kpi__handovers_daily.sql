-- Leads handed over to somebody else, by day, for the user who gave them away.
select
    handovers.account_id,
    'handovers_out' as metric_id,
    {{ local_date('handovers.happened_at', 'accounts.time_zone') }} as date_day,
    handovers.from_user_id as user_id,
    count(*)::numeric as numerator,
    null::numeric as denominator
from {{ ref('int_leads__handovers') }} as handovers
inner join {{ ref('stg_ops__accounts') }} as accounts on handovers.account_id = accounts.account_id
group by handovers.account_id, date_day, handovers.from_user_id
