with elements as (
    select * from {{ source('amocrm', 'catalog_elements') }}
),

catalogs as (
    select * from {{ ref('stg_amocrm__catalogs') }}
)

select
    element.account_id,
    {{ entity_key('amocrm', 'element.source_id', 'element.account_id') }} as element_id,
    element.source_id as source_element_id,
    element.payload ->> 'catalog_id' as source_catalog_id,
    catalog.catalog_type,
    catalog.catalog_name,
    element.payload ->> 'name' as element_name,
    element.payload ->> 'invoice_link' as invoice_link,
    {{ unix_time("element.payload ->> 'created_at'") }} as created_at,
    {{ unix_time("element.payload ->> 'updated_at'") }} as updated_at,
    element.deleted_at is not null
    or coalesce((element.payload ->> 'is_deleted')::boolean, false) as is_deleted,
    element.payload
from elements as element
left join catalogs as catalog
    on
        element.account_id = catalog.account_id
        and element.payload ->> 'catalog_id' = catalog.source_catalog_id
