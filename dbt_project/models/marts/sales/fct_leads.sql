{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[
        {'columns': ['account_id', 'lead_id'], 'unique': true},
        {'columns': ['account_id', 'created_date']},
        {'columns': ['account_id', 'pipeline_id', 'stage_id']},
        {'columns': ['account_id', 'user_id']},
        {'columns': ['account_id', 'client_id']}
    ]
) }}

with meanings as (
    select
        account_id,
        source_entity_id,
    {% for meaning in [
        'source', 'channel', 'region', 'subject_area', 'site_type', 'lead_score', 'service', 'partner', 'contract_number'
    ] %}
    max(meaning_value) filter (where meaning = '{{ meaning }}') as {{ meaning }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_crm__meanings') }}
    where
        entity_type = 'leads'
        and {{ changed(
            'int_leads__touched', ['account_id', 'source_entity_id'], ['account_id', 'source_lead_id']
        ) }}
    group by account_id, source_entity_id
)

select
    lead.account_id,
    lead.lead_id,
    lead.source_lead_id,
    outcome.pipeline_id,
    outcome.stage_id,
    outcome.status,
    lead.is_deleted,
    lead.merged_into_lead_id,
    flag.is_spam,
    flag.is_test,
    flag.is_duplicate,
    flag.is_counted,
    meanings.source,
    meanings.channel,
    meanings.region,
    meanings.subject_area,
    meanings.site_type,
    meanings.lead_score,
    meanings.service,
    meanings.partner,
    meanings.contract_number,
    lead.user_id,
    {{ entity_key('amocrm', 'lead.source_company_id', 'lead.account_id') }} as client_id,
    lead.amount,
    account.currency_code,
    lead.created_at,
    lead.created_date,
    qualification.mql_at,
    qualification.sql_at,
    outcome.won_at,
    {{ local_date('outcome.won_at', 'account.time_zone') }} as won_date,
    outcome.lost_at,
    {{ local_date('outcome.lost_at', 'account.time_zone') }} as lost_date,
    case when outcome.status = 'lost' then lead.loss_reason end as loss_reason,
    response.first_response_at,
    response.first_response_minutes::numeric(12, 2) as first_response_minutes,
    response.first_response_work_minutes::numeric(12, 2) as first_response_work_minutes,
    {{ local_date('outcome.won_at', 'account.time_zone') }} - lead.created_date as cycle_days,
    (1 + coalesce(attempt.lost_before, 0))::int as attempt_no,
    lead.deleted_at,
    lead.updated_at
from {{ ref('int_leads__records') }} as lead
inner join {{ ref('stg_ops__accounts') }} as account on lead.account_id = account.account_id
inner join {{ ref('int_leads__flags') }} as flag
    on lead.account_id = flag.account_id and lead.lead_id = flag.lead_id
left join {{ ref('int_leads__outcomes') }} as outcome
    on lead.account_id = outcome.account_id and lead.lead_id = outcome.lead_id
left join {{ ref('int_leads__qualifications') }} as qualification
    on lead.account_id = qualification.account_id and lead.lead_id = qualification.lead_id
left join {{ ref('int_leads__first_responses') }} as response
    on lead.account_id = response.account_id and lead.lead_id = response.lead_id
left join {{ ref('int_leads__attempts') }} as attempt
    on lead.account_id = attempt.account_id and lead.lead_id = attempt.lead_id
left join meanings
    on lead.account_id = meanings.account_id and lead.source_lead_id = meanings.source_entity_id
where {{ changed('int_leads__touched', ['lead.account_id', 'lead.lead_id']) }}
