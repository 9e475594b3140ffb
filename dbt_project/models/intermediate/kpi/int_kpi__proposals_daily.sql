-- Proposals sent: entries into the stages that the account's rule `proposal` names, by day, for who held the lead then.
-- Sending one anew is another proposal.
with

stages as (
    select distinct
        rules.account_id,
        stages.stage_id
    from {{ ref('stg_ops__account_rules') }} as rules
    inner join {{ ref('int_leads__stages') }} as stages
        on
            rules.account_id = stages.account_id
            and rules.match_value in (lower(btrim(stages.stage_name)), stages.source_stage_id)
    where rules.rule = 'proposal' and rules.match_type = 'stage'
)

select
    visits.account_id,
    'proposals_sent' as metric_id,
    {{ local_date('visits.entered_at', 'accounts.time_zone') }} as date_day,
    visits.owner_id as user_id,
    count(*)::numeric as numerator,
    null::numeric as denominator
from {{ ref('fct_stage_visits') }} as visits
inner join stages on visits.account_id = stages.account_id and visits.stage_id = stages.stage_id
inner join {{ ref('stg_ops__accounts') }} as accounts on visits.account_id = accounts.account_id
where visits.is_counted
group by visits.account_id, date_day, visits.owner_id
