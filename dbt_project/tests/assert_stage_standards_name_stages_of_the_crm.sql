-- A stage or field renamed in the CRM after its standard was accepted: it holds for nothing until it is mended.
{{ config(severity='warn') }}

select
    standards.account_id,
    standards.pipeline,
    standards.stage,
    standards.rule,
    standards.field
from {{ ref('stg_ops__stage_standards') }} as standards
where
    not exists (
        select 1
        from {{ ref('int_people__standards') }} as found
        where
            found.account_id = standards.account_id
            and found.rule = standards.rule
            and found.field = standards.field
    )
