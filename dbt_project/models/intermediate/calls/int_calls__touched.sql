-- Calls that may mean something else than at the last complete run: new and changed ones, those that a note names, and
-- those of the touched leads' numbers; always all calls of a caller, for they are judged together. Empty in a whole
-- build.
{{ config(indexes=[{'columns': ['account_id', 'call_id'], 'unique': true}]) }}
{% if is_growing_run() -%}
with

calls as (
    select
        account_id,
        call_id,
        client_number_key
    from {{ changes_of('int_calls__unioned') }}
    union
    select
        calls.account_id,
        calls.call_id,
        calls.client_number_key
    from {{ changes_of('int_calls__notes') }} as notes
    inner join {{ ref('int_calls__unioned') }} as calls
        on notes.account_id = calls.account_id and notes.source_call_id = calls.source_call_id
    union
    select
        calls.account_id,
        calls.call_id,
        calls.client_number_key
    from {{ ref('int_leads__touched') }} as touched
    inner join {{ ref('int_calls__notes') }} as notes
        on touched.account_id = notes.account_id and touched.lead_id = notes.entity_id
    inner join {{ ref('int_calls__unioned') }} as calls
        on notes.account_id = calls.account_id and notes.source_call_id = calls.source_call_id
    where notes.entity_type = 'leads'
    union
    select
        calls.account_id,
        calls.call_id,
        calls.client_number_key
    from {{ ref('int_leads__touched') }} as touched
    inner join {{ of_last_run('int_calls__leads') }} as assigned
        on touched.account_id = assigned.account_id and touched.lead_id = assigned.lead_id
    inner join {{ ref('int_calls__unioned') }} as calls on assigned.call_id = calls.call_id
),

callers as (
    select
        account_id,
        client_number_key
    from calls
    where client_number_key is not null
    union
    select
        numbers.account_id,
        numbers.number_key as client_number_key
    from {{ ref('int_leads__touched') }} as touched
    inner join {{ ref('int_leads__contacts') }} as links
        on touched.account_id = links.account_id and touched.lead_id = links.lead_id
    inner join {{ ref('int_contacts__numbers') }} as numbers
        on links.account_id = numbers.account_id and links.contact_id = numbers.contact_id
    union
    select
        account_id,
        number_key as client_number_key
    from {{ changes_of('int_contacts__numbers') }}
)

select
    account_id,
    call_id
from calls
union
select
    calls.account_id,
    calls.call_id
from callers
inner join {{ ref('int_calls__unioned') }} as calls
    on callers.account_id = calls.account_id and callers.client_number_key = calls.client_number_key
{% else -%}
select
    account_id,
    call_id
from {{ ref('int_calls__unioned') }}
where false
{% endif %}
-- depends_on: {{ ref('int_leads__touched') }}
-- depends_on: {{ ref('int_leads__contacts') }}
-- depends_on: {{ ref('int_contacts__numbers') }}
-- depends_on: {{ ref('int_calls__notes') }}
