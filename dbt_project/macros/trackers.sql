{# Rank trackers: each has the staging models projects, regions, keywords and positions in one shape. A new one is a name more. #}
{% macro trackers() %}{{ return(['topvisor', 'seranking', 'yandexsearch', 'positionscsv']) }}{% endmacro %}

{# Consoles of search engines: each has the staging models projects and queries in one shape. #}
{% macro consoles() %}{{ return(['webmaster', 'gsc']) }}{% endmacro %}

{# The same columns of the staging model `entity` of every provider named, one below the other. #}
{% macro over_providers(providers, entity, columns) -%}
    {%- for provider in providers %}
    {%- if not loop.first %}
    union all
    {% endif -%}
    select
        account_id,
        '{{ provider }}' as provider,
        {{ columns | join(',\n        ') }}
    from {{ ref('stg_' ~ provider ~ '__' ~ entity) }}
    {%- endfor %}
{%- endmacro %}
