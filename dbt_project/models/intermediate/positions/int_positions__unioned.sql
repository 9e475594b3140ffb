{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='check_id',
    on_schema_change='fail',
    indexes=[{'columns': ['check_id'], 'unique': true}]
) }}
-- The only place where rank trackers meet: a new one is one more branch. A row comes from one received check alone, so
-- only checks that came or changed since are read again.
with

topvisor as (
    select
        account_id,
        'topvisor' as provider,
        check_id,
        project_id,
        keyword_id,
        source_project_id,
        source_keyword_id,
        region_index,
        keyword,
        keyword_group,
        checked_on,
        position,
        url,
        loaded_at
    from {{ ref('stg_topvisor__positions') }}
)

select topvisor.*
from topvisor
{% if is_incremental() %}
left join {{ this }} as known on topvisor.check_id = known.check_id
where known.loaded_at is distinct from topvisor.loaded_at
{% endif %}
