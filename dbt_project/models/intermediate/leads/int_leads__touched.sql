-- Leads of which anything may have changed since the last complete run: their own record, events, calls or messages, or
-- those of leads they share a contact or a number with. What a lead is told by (merges, attempts, whose a call is)
-- reaches two such steps far. Empty in a whole build, where every lead is made anew.
{{ config(indexes=[{'columns': ['account_id', 'lead_id'], 'unique': true}]) }}
{% if is_growing_run() -%}
with

links as (
    select
        account_id,
        lead_id,
        contact_id
    from {{ ref('int_leads__contacts') }}
    union all
    select
        account_id,
        lead_id,
        contact_id
    from {{ changes_of('int_leads__contacts') }}
),

numbers as (
    select
        account_id,
        contact_id,
        number_key
    from {{ ref('int_contacts__numbers') }}
    union all
    select
        account_id,
        contact_id,
        number_key
    from {{ changes_of('int_contacts__numbers') }}
),

changed_calls as (
    select
        account_id,
        client_number_key
    from {{ changes_of('int_calls__unioned') }}
    union
    select
        calls.account_id,
        calls.client_number_key
    from {{ changes_of('int_calls__notes') }} as notes
    inner join {{ ref('int_calls__unioned') }} as calls
        on notes.account_id = calls.account_id and notes.source_call_id = calls.source_call_id
),

-- contacts whose leads are concerned by what changed about them
changed_contacts as (
    select
        account_id,
        entity_id as contact_id
    from {{ changes_of('int_crm__records') }}
    where entity_type = 'contacts'
    union
    select
        account_id,
        entity_id as contact_id
    from {{ changes_of('int_leads__messages') }}
    where entity_type = 'contact'
    union
    select
        account_id,
        contact_id
    from {{ changes_of('int_leads__contacts') }}
    union
    select
        numbers.account_id,
        numbers.contact_id
    from changed_calls
    inner join numbers
        on changed_calls.account_id = numbers.account_id and changed_calls.client_number_key = numbers.number_key
),

changed_leads as (
    select
        account_id,
        entity_id as lead_id
    from {{ changes_of('int_crm__records') }}
    where entity_type = 'leads'
    union
    select
        account_id,
        lead_id
    from {{ changes_of('int_leads__events') }}
    union
    select
        account_id,
        lead_id
    from {{ changes_of('int_leads__set_values') }}
    union
    select
        account_id,
        entity_id as lead_id
    from {{ changes_of('int_leads__messages') }}
    where entity_type = 'lead'
    union
    select
        account_id,
        entity_id as lead_id
    from {{ changes_of('int_calls__notes') }}
    where entity_type = 'leads'
    union
    select
        links.account_id,
        links.lead_id
    from changed_contacts
    inner join links on changed_contacts.account_id = links.account_id and changed_contacts.contact_id = links.contact_id
    union
    -- a name, a stage, a reason or an employee of the account changed: any lead may follow from it
    select
        records.account_id,
        records.entity_id as lead_id
    from {{ changes_of('int_crm__references') }} as referenced
    inner join {{ ref('int_crm__records') }} as records on referenced.account_id = records.account_id
    where records.entity_type = 'leads'
    union
    select
        events.account_id,
        events.lead_id
    from {{ changes_of('int_crm__references') }} as referenced
    inner join {{ ref('int_leads__events') }} as events on referenced.account_id = events.account_id
    union
    -- what lay ahead when the last run looked may have come to pass
    select
        account_id,
        lead_id
    from {{ of_last_run('int_leads__activities') }}
    where happened_at > (select as_of from {{ build_state() }})
    union
    -- nothing happened with them for a month, and it is this month that has come to its end since
    select
        last_deed.account_id,
        last_deed.lead_id
    from {{ of_last_run('int_leads__activities') }} as last_deed
    where
        last_deed.happened_at > (select as_of from {{ build_state() }}) - interval '32 days'
        and last_deed.happened_at < {{ as_of() }} - interval '28 days'
        and not exists (
            select 1
            from {{ of_last_run('int_leads__activities') }} as later
            where
                later.account_id = last_deed.account_id
                and later.lead_id = last_deed.lead_id
                and later.happened_at > last_deed.happened_at
        )
),

{% for step in [1, 2] -%}
{% set before = 'changed_leads' if step == 1 else 'reached_1' -%}
contacts_{{ step }} as (
    select distinct
        links.account_id,
        links.contact_id
    from {{ before }}
    inner join links on {{ before }}.account_id = links.account_id and {{ before }}.lead_id = links.lead_id
),

people_{{ step }} as (
    select
        account_id,
        contact_id
    from contacts_{{ step }}
    union
    select
        same.account_id,
        same.contact_id
    from contacts_{{ step }}
    inner join numbers
        on contacts_{{ step }}.account_id = numbers.account_id and contacts_{{ step }}.contact_id = numbers.contact_id
    inner join numbers as same
        on numbers.account_id = same.account_id and numbers.number_key = same.number_key
),

reached_{{ step }} as (
    select
        account_id,
        lead_id
    from {{ before }}
    union
    select
        links.account_id,
        links.lead_id
    from people_{{ step }}
    inner join links
        on people_{{ step }}.account_id = links.account_id and people_{{ step }}.contact_id = links.contact_id
){{ ',' if step == 1 }}

{% endfor -%}
-- of some leads there are events only
select
    account_id,
    lead_id,
    split_part(lead_id, ':', 3) as source_lead_id
from reached_2
{% else -%}
select
    account_id,
    entity_id as lead_id,
    source_entity_id as source_lead_id
from {{ ref('int_crm__records') }}
where false
{% endif %}
-- depends_on: {{ ref('int_leads__contacts') }}
-- depends_on: {{ ref('int_contacts__numbers') }}
-- depends_on: {{ ref('int_calls__unioned') }}
-- depends_on: {{ ref('int_calls__notes') }}
-- depends_on: {{ ref('int_leads__events') }}
-- depends_on: {{ ref('int_leads__set_values') }}
-- depends_on: {{ ref('int_leads__messages') }}
-- depends_on: {{ ref('int_crm__references') }}
