{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id'], 'unique': true}]
) }}

with signs as (
    select
        account_id,
        lead_id,
        bool_or(rule = 'spam') as is_spam,
        bool_or(rule = 'test') as is_test,
        bool_or(rule = 'duplicate') as is_duplicate
    from {{ ref('int_leads__signs') }}
    where {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
    group by account_id, lead_id
)

select
    lead.account_id,
    lead.lead_id,
    coalesce(signs.is_spam, false) as is_spam,
    coalesce(signs.is_test, false) as is_test,
    coalesce(signs.is_duplicate, false) as is_duplicate,
    not(
        lead.is_deleted
        or lead.merged_into_lead_id is not null
        or coalesce(signs.is_spam or signs.is_test or signs.is_duplicate, false)
    ) as is_counted
from {{ ref('int_leads__records') }} as lead
left join signs on lead.account_id = signs.account_id and lead.lead_id = signs.lead_id
where {{ changed('int_leads__touched', ['lead.account_id', 'lead.lead_id']) }}
