{# The user behind each e-mail address of an account, in lower case; one who still works there comes first. #}
{% macro users_by_email() -%}
    select distinct on (account_id, lower(btrim(email)))
        account_id,
        lower(btrim(email)) as email,
        user_id
    from {{ ref('stg_amocrm__users') }}
    where email is not null
    order by account_id asc, lower(btrim(email)) asc, is_active desc, user_id asc
{%- endmacro %}

{# What people write for a name or an id, made comparable: lower case, single spaces. #}
{% macro word(expression) -%}
    regexp_replace(lower(btrim({{ expression }})), '\s+', ' ', 'g')
{%- endmacro %}

{# The user behind each e-mail address, and behind each name that only one user has. #}
{% macro users_by_word() -%}
    select
        account_id,
        word,
        min(user_id) as user_id
    from (
        select
            account_id,
            user_id,
            unnest(array[{{ word('email') }}, {{ word('user_name') }}]) as word
        from {{ ref('stg_amocrm__users') }}
    ) as words
    where word is not null
    group by account_id, word
    having count(distinct user_id) = 1
{%- endmacro %}

{# The company behind each id of the CRM, and behind each name that only one company has; an id goes before a name. #}
{% macro companies_by_word() -%}
    select distinct on (account_id, word)
        account_id,
        word,
        company_id
    from (
        select
            account_id,
            source_company_id as word,
            company_id,
            0 as rank
        from {{ ref('stg_amocrm__companies') }}
        union all
        select
            account_id,
            {{ word('company_name') }} as word,
            min(company_id) as company_id,
            1 as rank
        from {{ ref('stg_amocrm__companies') }}
        where not is_deleted and company_name is not null
        group by account_id, {{ word('company_name') }}
        having count(*) = 1
    ) as words
    order by account_id, word, rank
{%- endmacro %}

{# A person's name whatever the order of its words, their case and the letter ё. #}
{% macro name_key(name) -%}
    (
        select string_agg(w.word, ' ' order by w.word)
        from regexp_split_to_table(translate(lower(btrim({{ name }})), 'ё', 'е'), '\s+') as w (word)
    )
{%- endmacro %}

{# When each task was completed, by the event that says so. #}
{% macro task_completions() -%}
    select
        account_id,
        source_entity_id as source_task_id,
        min(happened_at) as completed_at
    from {{ ref('stg_amocrm__events') }}
    where event_type = 'task_completed'
    group by account_id, source_entity_id
{%- endmacro %}
