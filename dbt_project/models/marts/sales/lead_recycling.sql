{{ config(indexes=[
    {'columns': ['account_id', 'lead_id', 'episode_no'], 'unique': true},
    {'columns': ['account_id', 'is_listed', 'next_contact_date']},
    {'columns': ['account_id', 'user_id']},
]) }}
{% set days_after_loss = 90 %}

with episodes as (
    select
        silence.account_id,
        silence.lead_id,
        'silent' as episode_kind,
        silence.started_date,
        silence.started_date as due_date,
        silence.ended_date,
        silence.returned_date,
        case when silence.returned_date is not null then silence.lead_id end as returned_lead_id
    from {{ ref('int_leads__silences') }} as silence
    union all
    select
        loss.account_id,
        loss.lead_id,
        'lost' as episode_kind,
        {{ local_date('loss.started_at', 'account.time_zone') }} as started_date,
        {{ local_date('loss.started_at', 'account.time_zone') }} + {{ days_after_loss }} as due_date,
        {{ local_date('loss.returned_at', 'account.time_zone') }} as ended_date,
        {{ local_date('loss.returned_at', 'account.time_zone') }} as returned_date,
        loss.returned_lead_id
    from {{ ref('int_leads__losses') }} as loss
    inner join {{ ref('stg_ops__accounts') }} as account on loss.account_id = account.account_id
),

planned as (
    select
        task.account_id,
        task.source_entity_id as source_lead_id,
        min({{ local_date('task.complete_till', 'account.time_zone') }}) as planned_date
    from {{ ref('stg_amocrm__tasks') }} as task
    inner join {{ ref('stg_ops__accounts') }} as account on task.account_id = account.account_id
    where task.entity_type = 'leads' and not task.is_completed and not task.is_deleted
    group by task.account_id, task.source_entity_id
)

select
    episode.account_id,
    episode.lead_id,
    (
        row_number() over (
            partition by episode.account_id, episode.lead_id
            order by episode.started_date, episode.episode_kind, episode.ended_date
        )
    )::int as episode_no,
    lead.source_lead_id,
    episode.episode_kind,
    episode.started_date,
    case when episode.episode_kind = 'lost' then lead.loss_reason end as loss_reason,
    lead.pipeline_id,
    lead.user_id,
    episode.ended_date is null as is_listed,
    case
        when episode.ended_date is null then coalesce(planned.planned_date, episode.due_date)
    end as next_contact_date,
    episode.ended_date,
    episode.returned_date is not null as is_returned,
    episode.returned_date,
    episode.returned_lead_id
from episodes as episode
inner join {{ ref('fct_leads') }} as lead
    on episode.account_id = lead.account_id and episode.lead_id = lead.lead_id
left join planned
    on lead.account_id = planned.account_id and lead.source_lead_id = planned.source_lead_id
