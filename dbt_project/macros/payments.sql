{# Documents of one kind of statement, in the columns in which all kinds meet. #}
{% macro bank_documents(provider) -%}
    select
        account_id,
        '{{ provider }}' as provider,
        {{ entity_key(provider, 'source_id') }} as payment_id,
        source_id as source_payment_id,
        payload ->> 'direction' as direction,
        payload ->> 'own_account' as own_account,
        payload ->> 'number' as document_number,
        (payload ->> 'document_date')::date as document_date,
        (payload ->> 'paid_on')::date as paid_date,
        (payload ->> 'amount')::numeric(18, 2) as amount,
        payload #>> '{counterparty,name}' as party_name,
        nullif(regexp_replace(payload #>> '{counterparty,inn}', '\D', '', 'g'), '') as party_inn,
        payload #>> '{counterparty,account}' as party_account,
        payload ->> 'purpose' as purpose
    from {{ source(provider, 'documents') }}
    where deleted_at is null
{%- endmacro %}

{# Legal forms of companies; people in business on their own are none. #}
{% macro legal_forms() -%}
    ооо|оао|зао|пао|ао|нао|ано|тоо|гуп|муп|llc|ltd|общество с ограниченной ответственностью
{%- endmacro %}

{# Whether a payer is a company: a tax number of ten digits or a legal form in the name. Anybody else may be a person. #}
{% macro is_company(name, inn) -%}
    coalesce(length({{ inn }}) = 10, false)
    or coalesce(lower({{ name }}) ~ '(^|[^а-яёa-z])({{ legal_forms() }})([^а-яёa-z]|$)', false)
{%- endmacro %}

{# A company's name without its legal form, quotes and other marks, in lower case: what two spellings have in common. #}
{% macro bare_name(name) -%}
    nullif(btrim(regexp_replace(
        regexp_replace(
            lower({{ name }}),
            '(^|[^а-яёa-z])({{ legal_forms() }}|ип|индивидуальный предприниматель)(?=[^а-яёa-z]|$)',
            ' ',
            'g'
        ),
        '[^а-яёa-z0-9]+',
        ' ',
        'g'
    )), '')
{%- endmacro %}

{# What stands for the number of a contract in a payment's purpose (lower case): «по дог. от 01.02.2026 № 15-А». #}
{% macro contract_number_pattern() -%}
    'дог(?:овор[а-я]*|\.)\s*(?:от\s*[0-9.]+\s*(?:г\.?)?\s*)?(?:№|n|no\.?|номер)?\s*([0-9a-zа-я][0-9a-zа-я/_-]*)'
{%- endmacro %}
