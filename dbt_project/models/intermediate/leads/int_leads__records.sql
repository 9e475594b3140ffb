-- One row per lead the CRM ever showed, with what became of it.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id'], 'unique': true}]
) }}

with lives as (
    select
        account_id,
        lead_id,
        min(happened_at) filter (where event_type = 'lead_added') as added_at,
        min(happened_at) as first_event_at,
        max(happened_at) filter (where event_type = 'lead_deleted') as last_deleted_at,
        max(happened_at) filter (where event_type = 'lead_restored') as last_restored_at
    from {{ ref('int_leads__events') }}
    where {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
    group by account_id, lead_id
),

leads as (
    select
        lead.*,
        coalesce(lead.created_at, lives.added_at, lives.first_event_at, lead.source_updated_at) as born_at,
        lives.last_deleted_at > coalesce(lives.last_restored_at, '-infinity') as is_deleted_by_event,
        lives.last_deleted_at
    from {{ ref('stg_amocrm__leads') }} as lead
    left join lives on lead.account_id = lives.account_id and lead.lead_id = lives.lead_id
    where
        {{ changed(
            'int_leads__touched', ['lead.account_id', 'lead.source_lead_id']
        ) }}
),

-- The CRM names the winner of a merge only. The loser is a lead that vanished and shares a contact with it.
mergers as (
    select distinct on (loser.account_id, loser.lead_id)
        loser.account_id,
        loser.lead_id,
        merge.lead_id as merged_into_lead_id,
        merge.happened_at as merged_at
    from leads as loser
    inner join {{ ref('int_leads__contacts') }} as lost
        on loser.account_id = lost.account_id and loser.lead_id = lost.lead_id
    inner join {{ ref('int_leads__contacts') }} as kept
        on
            lost.account_id = kept.account_id
            and lost.contact_id = kept.contact_id
            and lost.lead_id != kept.lead_id
    inner join {{ ref('int_leads__events') }} as merge
        on kept.account_id = merge.account_id and kept.lead_id = merge.lead_id
    where
        loser.deletion_kind = 'missing'
        and not coalesce(loser.is_deleted_by_event, false)
        and merge.event_type = 'entity_merged'
        and merge.happened_at between loser.born_at and loser.deleted_at
    -- a merged lead changes no more: the first merge after its last change is the one that took it
    order by
        loser.account_id asc, loser.lead_id asc,
        (merge.happened_at >= coalesce(loser.updated_at, loser.born_at)) desc, merge.happened_at asc, merge.event_id asc
)

select
    leads.account_id,
    leads.lead_id,
    leads.source_lead_id,
    leads.pipeline_id,
    leads.stage_id,
    leads.user_id,
    leads.source_company_id,
    leads.amount,
    leads.source_loss_reason_id,
    coalesce(leads.loss_reason_name, reason.loss_reason_name) as loss_reason,
    leads.born_at as created_at,
    {{ local_date('leads.born_at', 'account.time_zone') }} as created_date,
    coalesce(leads.updated_at, leads.source_updated_at) as updated_at,
    leads.closed_at,
    leads.is_stripped,
    leads.deleted_at is not null or coalesce(leads.is_deleted_by_event, false) as is_deleted,
    case
        when leads.deleted_at is not null or leads.is_deleted_by_event
            then least(leads.deleted_at, case when leads.is_deleted_by_event then leads.last_deleted_at end)
    end as deleted_at,
    mergers.merged_into_lead_id,
    mergers.merged_at
from leads
inner join {{ ref('stg_ops__accounts') }} as account on leads.account_id = account.account_id
left join {{ ref('stg_amocrm__loss_reasons') }} as reason
    on leads.account_id = reason.account_id and leads.source_loss_reason_id = reason.source_loss_reason_id
left join mergers on leads.account_id = mergers.account_id and leads.lead_id = mergers.lead_id
