{# Models that grow: a run makes anew only the rows that may have changed since the last complete run. How it works is
   told in docs/decisions; in short: `build_state` says whether this run builds everything whole, the strategy
   `changed_rows` replaces the rows of its scope and writes what really changed into `<model>__changes`, from which
   models further down learn what they have to make anew, and the logs are emptied when a run has come to its end. #}

{# Whether this model is being built from what changed alone. Never in a unit test. #}
{% macro grows() -%}
    {% if not execute or model.resource_type != 'model' -%}
        {{ return(false) }}
    {%- endif %}
    {{ return(is_incremental()) }}
{%- endmacro %}

{# dbt's own asks the command line alone. #}
{% macro should_full_refresh() %}
    {% if flags.FULL_REFRESH or config.get('full_refresh') %}
        {{ return(true) }}
    {% elif not execute or model.config.materialized != 'incremental' %}
        {{ return(false) }}
    {% endif %}
    {{ return(run_query('select is_whole from ' ~ build_state()).rows[0][0]) }}
{% endmacro %}

{% macro build_state() -%}
    "{{ target.database }}"."intermediate"."build_state"
{%- endmacro %}

{# Where a model writes which of its rows changed. #}
{% macro changes_of(name) -%}
    "{{ target.database }}"."intermediate"."{{ name }}__changes"
{%- endmacro %}

{# True of the rows that a run has to make anew: those whose `columns` are named by the log of `name` (or by a table
   int_…__touched; `named` says how, when not by the same names). In a whole build, of every row. #}
{% macro changed(name, columns, named=none, where=none) -%}
    {%- set plain = [] -%}
    {%- for column in columns %}{% do plain.append(column.split('.') | last) %}{% endfor -%}
    {%- if not execute -%}{% do ref(name) %}true
    {%- elif grows() -%}
    ({{ columns | join(', ') }}) in (
        select {{ (named or plain) | join(', ') }}
        from {{ ref(name) if name.endswith('__touched') else changes_of(name) }}
        {% if where %}where {{ where }}{% endif %}
    )
    {%- else -%}true
    {%- endif -%}
{%- endmacro %}

{# True of the rows received since this model last read: later than what it holds, less an hour for transactions that
   were still open then. Read again, a row that is already there changes nothing. #}
{% macro loaded_since(loaded_at, kind=none) -%}
    {%- if grows() -%}
    {{ loaded_at }} > (
        select coalesce(max(known.loaded_at), '-infinity') - interval '1 hour'
        from {{ this }} as known
        {% if kind %}where {{ kind }}{% endif %}
    )
    {%- else -%}true
    {%- endif -%}
{%- endmacro %}

{# Replaces, of the rows in the model's scope, those that differ. meta.scope says which rows were made anew: `of` a log or
   a touched table, `by` which columns; without one, the rows with the keys that were made. meta.log names the columns
   to write down of rows that went or came. Without a unique key the whole scope is replaced. #}
{% macro get_incremental_changed_rows_sql(arg_dict) %}
    {%- set target_table = arg_dict['target_relation'] -%}
    {%- set made = arg_dict['temp_relation'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set meta = config.get('meta') or {} -%}
    {%- set scope = meta.get('scope') -%}
    {%- set gone = '"' ~ model.name ~ '__gone"' -%}
    {%- set came = '"' ~ model.name ~ '__came"' -%}
    {%- set in_scope -%}
        {%- if not scope -%}
            ({{ key | join(', ') }}) in (select {{ key | join(', ') }} from {{ made }})
        {%- elif scope == 'all' -%}
            true
        {%- else -%}
            {{ changed(scope['of'], scope['by'], scope.get('named'), scope.get('where')) }}
        {%- endif -%}
    {%- endset %}
    create temporary table {{ gone }} on commit drop as
    select {{ columns }} from {{ target_table }} where {{ in_scope }}
    {% if key %}except select {{ columns }} from {{ made }}{% endif %};

    create temporary table {{ came }} on commit drop as
    select {{ columns }} from {{ made }}
    {% if key %}except select {{ columns }} from {{ target_table }} where {{ in_scope }}{% endif %};

    {% if key %}
    delete from {{ target_table }} as old
    using {{ gone }} as gone
    where {% for c in key %}old.{{ c }} = gone.{{ c }}{{ ' and ' if not loop.last }}{% endfor %};
    {% else %}
    delete from {{ target_table }} where {{ in_scope }};
    {% endif %}

    {% if meta.get('log') %}
    insert into {{ changes_of(model.name) }}
    select {{ meta['log'] | join(', ') }} from {{ gone }}
    union
    select {{ meta['log'] | join(', ') }} from {{ came }};
    {% endif %}

    insert into {{ target_table }} ({{ columns }})
    select {{ columns }} from {{ came }}
{% endmacro %}

{# After a whole build: statistics, and an empty log. A model that only grew keeps the statistics it has. #}
{% macro after_build() %}
    {%- set meta = config.get('meta') or {} -%}
    {%- if config.get('materialized') != 'view' and not grows() -%}
    analyze {{ this }};
    {%- if meta.get('log') %}
    drop table if exists {{ changes_of(model.name) }};
    create table {{ changes_of(model.name) }} as select {{ meta['log'] | join(', ') }} from {{ this }} with no data;
    {%- endif -%}
    {%- endif -%}
{% endmacro %}

{# Before the first model: whether this run builds everything whole. It does after a change of the models or of the
   settings, when asked to, and until a whole build has come to its end. #}
{% macro decide_how_to_build() %}
    create table if not exists {{ build_state() }} (
        project text, settings text, as_of timestamptz, is_whole boolean not null
    );
    insert into {{ build_state() }} (is_whole)
    select true where not exists (select 1 from {{ build_state() }});
    update {{ build_state() }}
    set is_whole = is_whole
        or {{ flags.FULL_REFRESH | lower }}
        or project is distinct from '{{ env_var("VORONKA_MODELS_VERSION", "") }}'
        or settings is distinct from ({{ settings_mark() }})
        or as_of is null or as_of > {{ as_of() }},
        project = '{{ env_var("VORONKA_MODELS_VERSION", "") }}',
        settings = ({{ settings_mark() }})
{% endmacro %}

{# One text for all settings that models follow: what is set in config, the zones of the exchanges' accounts, and the
   custom fields as the CRM defines them. #}
{% macro settings_mark() -%}
    select md5(string_agg(part, '|' order by part))
    from (
        {% for table in ['accounts', 'account_fields', 'account_rules', 'account_divisions'] -%}
        select to_jsonb(of_account)::text as part from {{ source('ops', table) }} as of_account
        union all
        {% endfor -%}
        select account_id || ' ' || coalesce(payload ->> 'timezone', payload ->> 'time_zone', '') as part
        from {{ source('uis', 'account') }}
        union all
        select concat_ws(' ', account_id, source_id, payload_hash, deleted_at) as part
        from {{ source('amocrm', 'custom_fields') }}
    ) as parts
{%- endmacro %}

{# After the last model: when every model that grows was built, the next run starts from here. #}
{% macro end_build(results) %}
    {%- if execute -%}
    {%- set growing = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized == 'incremental' -%}
        {%- do growing.append(node) -%}
    {%- endfor -%}
    {%- set built = [] -%}
    {%- for result in results if result.status == 'success' -%}
        {%- do built.append(result.node.unique_id) -%}
    {%- endfor -%}
    {%- if growing | map(attribute='unique_id') | reject('in', built) | list | length == 0 -%}
    {%- for node in growing if (node.config.meta or {}).get('log') %}
    delete from {{ changes_of(node.name) }};
    {%- endfor %}
    update {{ build_state() }}
    set is_whole = false, as_of = {{ as_of() }};
    {%- else -%}
    select 1
    {%- endif -%}
    {%- endif -%}
{% endmacro %}

{# Whether this run builds by what changed, asked by a model that is itself made anew each time. #}
{% macro is_growing_run() -%}
    {% if not execute or model.resource_type != 'model' or flags.FULL_REFRESH -%}
        {{ return(false) }}
    {%- endif %}
    {{ return(not run_query('select is_whole from ' ~ build_state()).rows[0][0]) }}
{%- endmacro %}

{# A table as the last run left it, for models that come before it. #}
{% macro of_last_run(name) -%}
    "{{ target.database }}"."intermediate"."{{ name }}"
{%- endmacro %}

{# The different values of an indexed column, found by leaping from one to the next: a large table with few of them is
   not read whole. #}
{% macro distinct_values(name, column) -%}
    (
        with recursive leaps as (
            (
                select {{ column }} as value from {{ ref(name) }}
                where {{ column }} is not null
                order by {{ column }} limit 1
            )
            union all
            select
                (
                    select next.{{ column }} from {{ ref(name) }} as next
                    where next.{{ column }} > leaps.value
                    order by next.{{ column }} limit 1
                ) as value
            from leaps
            where leaps.value is not null
        )

        select value from leaps where value is not null
    )
{%- endmacro %}
