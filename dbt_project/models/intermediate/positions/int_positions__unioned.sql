{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='check_id',
    on_schema_change='fail',
    indexes=[{'columns': ['check_id'], 'unique': true}]
) }}
-- The only place where the checks of rank trackers meet. A row comes from one received check alone, so only checks that
-- came or changed since are read again.
with

received as (
    {{ over_providers(trackers(), 'positions', [
        'check_id', 'project_id', 'keyword_id', 'source_project_id', 'source_keyword_id', 'region_index', 'keyword',
        'keyword_group', 'checked_on', 'position', 'url', 'loaded_at'
    ]) }}
)

select received.*
from received
{% if is_incremental() %}
left join {{ this }} as known on received.check_id = known.check_id
where known.loaded_at is distinct from received.loaded_at
{% endif %}
