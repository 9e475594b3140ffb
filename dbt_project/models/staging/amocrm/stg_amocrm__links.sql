-- An owner's record carries all its links: those taken away are gone with it. An owner that is deleted has none.
with owners as (
    select * from {{ source('amocrm', 'links') }}
    where deleted_at is null
),

gone as (
    {% for entity in ['leads', 'contacts', 'companies', 'customers'] -%}
    select
        account_id,
        '{{ entity }}:' || source_id as source_id
    from {{ source('amocrm', entity) }}
    where deleted_at is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    owner.account_id,
    owner.account_id || ':amocrm:' || owner.source_id || ':' || (link ->> 'to_entity_type')
    || ':' || coalesce(link #>> '{metadata,catalog_id}', '') || ':' || (link ->> 'to_entity_id') as link_id,
    owner.payload ->> 'entity_type' as entity_type,
    owner.payload ->> 'entity_id' as source_entity_id,
    {{ entity_key('amocrm', "owner.payload ->> 'entity_id'", 'owner.account_id') }} as entity_id,
    link ->> 'to_entity_type' as to_entity_type,
    link ->> 'to_entity_id' as source_to_entity_id,
    {{ entity_key('amocrm', "link ->> 'to_entity_id'", 'owner.account_id') }} as to_entity_id,
    link #>> '{metadata,catalog_id}' as source_catalog_id,
    (link #>> '{metadata,quantity}')::numeric as quantity,
    coalesce((link #>> '{metadata,main_contact}')::boolean, false) as is_main,
    owner.source_updated_at as seen_at
from owners as owner
cross join lateral jsonb_array_elements({{ json_array("owner.payload -> 'links'") }}) as link
where not exists (
    select from gone
    where gone.account_id = owner.account_id and gone.source_id = owner.source_id
)
