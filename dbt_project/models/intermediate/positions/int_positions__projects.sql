-- Sites over all rank trackers and consoles: the same site in two of them is two projects.
{{ config(materialized='view') }}
{% set columns = ['project_id', 'source_project_id', 'project_name', 'site', 'is_deleted'] %}
{{ over_providers(trackers(), 'projects', ["'tracker' as kind"] + columns) }}
union all
{{ over_providers(consoles(), 'projects', ["'console' as kind"] + columns) }}
