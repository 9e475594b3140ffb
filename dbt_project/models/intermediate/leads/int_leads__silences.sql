-- Times in which nothing happened with a lead that stood in an open stage, of so many local days or more: they begin on
-- the day the lead has been silent for that long and end with the next activity. The lead came back when it entered a
-- stage other than lost no more than so many days after that.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id']}]
) }}
{% set days = 30 %}

with activities as (
    select
        activity.account_id,
        activity.lead_id,
        activity.happened_at,
        lead(activity.happened_at) over (
            partition by activity.account_id, activity.lead_id
            order by activity.happened_at
        ) as next_at
    from {{ ref('int_leads__activities') }} as activity
    where
        activity.happened_at <= {{ as_of() }}
        and {{ changed('int_leads__touched', ['activity.account_id', 'activity.lead_id']) }}
),

visits as (
    select
        visit.account_id,
        visit.lead_id,
        visit.entered_at,
        visit.exited_at,
        {{ local_date('visit.entered_at', 'account.time_zone') }} as entered_date,
        stage.stage_type
    from {{ ref('int_leads__stage_visits') }} as visit
    inner join {{ ref('int_leads__stages') }} as stage
        on visit.account_id = stage.account_id and visit.stage_id = stage.stage_id
    inner join {{ ref('stg_ops__accounts') }} as account on visit.account_id = account.account_id
    where {{ changed('int_leads__touched', ['visit.account_id', 'visit.lead_id']) }}
),

silences as (
    select
        activities.account_id,
        activities.lead_id,
        activities.next_at,
        {{ local_date('activities.happened_at', 'account.time_zone') }} as last_date,
        {{ local_date('activities.next_at', 'account.time_zone') }} as ended_date
    from activities
    inner join {{ ref('stg_ops__accounts') }} as account on activities.account_id = account.account_id
    inner join visits
        on
            activities.account_id = visits.account_id
            and activities.lead_id = visits.lead_id
            and activities.happened_at >= visits.entered_at
            and (visits.exited_at is null or activities.happened_at < visits.exited_at)
    where
        visits.stage_type = 'open'
        and {{ local_date("coalesce(activities.next_at, " ~ as_of() ~ ")", 'account.time_zone') }}
        - {{ local_date('activities.happened_at', 'account.time_zone') }} >= {{ days }}
)

select
    silences.account_id,
    silences.lead_id,
    silences.last_date + {{ days }} as started_date,
    silences.ended_date,
    min(returns.entered_date) as returned_date
from silences
left join visits as returns
    on
        silences.account_id = returns.account_id
        and silences.lead_id = returns.lead_id
        and silences.next_at <= returns.entered_at
        and silences.ended_date + {{ days }} >= returns.entered_date
        and returns.stage_type != 'lost'
group by silences.account_id, silences.lead_id, silences.last_date, silences.ended_date
