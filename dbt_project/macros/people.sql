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
