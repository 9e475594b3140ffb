{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='average_id',
    on_schema_change='fail',
    indexes=[{'columns': ['average_id'], 'unique': true}]
) }}
-- The only place where the consoles of search engines meet. A row comes from one received record alone, so only those
-- that came or changed since are read again. Never together with the places of rank trackers: those are of one look,
-- these are means over everybody who was shown the site.
with

received as (
    {{ over_providers(consoles(), 'queries', [
        'average_id', 'project_id', 'source_project_id', 'engine', 'device', 'region', 'query', 'page', 'shown_on',
        'impressions', 'clicks', 'average_position', 'loaded_at'
    ]) }}
)

select received.*
from received
{% if is_incremental() %}
left join {{ this }} as known on received.average_id = known.average_id
where known.loaded_at is distinct from received.loaded_at
{% endif %}
