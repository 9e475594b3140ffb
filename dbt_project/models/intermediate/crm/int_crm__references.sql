-- One text per account and kind of CRM list that all leads are read by: stages, reasons of a loss, names of fields,
-- employees. Its log says whose lists changed.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'kind'],
    on_schema_change='fail',
    meta={'scope': 'all', 'log': ['account_id']},
    indexes=[{'columns': ['account_id', 'kind'], 'unique': true}]
) }}

with

lists as (
    select
        account_id,
        'stages' as kind,
        to_jsonb(stages) as line
    from {{ ref('int_leads__stages') }} as stages
    union all
    select
        account_id,
        'loss_reasons' as kind,
        to_jsonb(reasons) as line
    from {{ ref('stg_amocrm__loss_reasons') }} as reasons
    union all
    select
        account_id,
        'fields' as kind,
        to_jsonb(fields) as line
    from {{ ref('int_crm__named_fields') }} as fields
    union all
    select
        account_id,
        'employees' as kind,
        to_jsonb(employees) as line
    from {{ ref('int_employees__matched') }} as employees
)

select
    account_id,
    kind,
    md5(string_agg(line::text, ',' order by line::text)) as contents
from lists
group by account_id, kind
