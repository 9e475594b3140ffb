-- Records whose custom fields may mean something else than at the last complete run: new versions, and every record of
-- an account whose fields were named anew.
{{ config(indexes=[{'columns': ['account_id', 'entity_type', 'source_entity_id']}]) }}
{% if is_growing_run() -%}
select
    account_id,
    entity_type,
    source_entity_id
from {{ changes_of('int_crm__records') }}
union
select
    records.account_id,
    records.entity_type,
    records.source_entity_id
from {{ changes_of('int_crm__references') }} as referenced
inner join {{ ref('int_crm__records') }} as records on referenced.account_id = records.account_id
{% else -%}
select
    account_id,
    entity_type,
    source_entity_id
from {{ ref('int_crm__records') }}
where false
{% endif %}
-- depends on: {{ ref('int_crm__references') }}
