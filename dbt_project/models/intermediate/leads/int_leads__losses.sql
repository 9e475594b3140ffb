-- Stays of counted leads in lost for a recyclable reason, and what brought the people back: the lead was reopened, or a
-- later counted lead of any of its contacts was created. With no recyclable reasons named, every loss is one.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id']}]
) }}

with recyclable as (
    select
        account_id,
        lead_id
    from {{ ref('int_leads__signs') }}
    where rule = 'recyclable'
    union
    select
        lead.account_id,
        lead.lead_id
    from {{ ref('int_leads__records') }} as lead
    where
        not exists (
            select 1
            from {{ ref('stg_ops__account_rules') }} as rules
            where rules.account_id = lead.account_id and rules.rule = 'recyclable'
        )
),

losses as (
    select
        visit.account_id,
        visit.lead_id,
        visit.visit_no,
        visit.entered_at,
        visit.exited_at
    from {{ ref('int_leads__stage_visits') }} as visit
    inner join {{ ref('int_leads__stages') }} as stage
        on visit.account_id = stage.account_id and visit.stage_id = stage.stage_id
    inner join {{ ref('int_leads__flags') }} as flag
        on visit.account_id = flag.account_id and visit.lead_id = flag.lead_id
    inner join recyclable on visit.account_id = recyclable.account_id and visit.lead_id = recyclable.lead_id
    where
        stage.stage_type = 'lost'
        and flag.is_counted
        and visit.entered_at <= {{ as_of() }}
        and {{ changed('int_leads__touched', ['visit.account_id', 'visit.lead_id']) }}
),

-- the earliest lead of one of the contacts after the loss
followers as (
    select distinct on (losses.account_id, losses.lead_id, losses.visit_no)
        losses.account_id,
        losses.lead_id,
        losses.visit_no,
        follower.lead_id as follower_lead_id,
        follower.created_at
    from losses
    inner join {{ ref('int_leads__contacts') }} as contact
        on losses.account_id = contact.account_id and losses.lead_id = contact.lead_id
    inner join {{ ref('int_leads__contacts') }} as shared
        on contact.account_id = shared.account_id and contact.contact_id = shared.contact_id
    inner join {{ ref('int_leads__records') }} as follower
        on
            shared.account_id = follower.account_id
            and shared.lead_id = follower.lead_id
            and losses.entered_at < follower.created_at
    inner join {{ ref('int_leads__flags') }} as flag
        on follower.account_id = flag.account_id and follower.lead_id = flag.lead_id
    where flag.is_counted and follower.lead_id != losses.lead_id
    order by
        losses.account_id asc, losses.lead_id asc, losses.visit_no asc,
        follower.created_at asc, follower.lead_id asc
)

select
    losses.account_id,
    losses.lead_id,
    losses.entered_at as started_at,
    least(losses.exited_at, followers.created_at) as returned_at,
    case
        when losses.exited_at <= coalesce(followers.created_at, 'infinity') then losses.lead_id
        else followers.follower_lead_id
    end as returned_lead_id
from losses
left join followers
    on
        losses.account_id = followers.account_id
        and losses.lead_id = followers.lead_id
        and losses.visit_no = followers.visit_no
