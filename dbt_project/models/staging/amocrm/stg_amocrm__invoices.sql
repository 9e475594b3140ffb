-- An invoice is an element of the list of type "invoices"; its fields are known by their codes, its owners by links.
with elements as (
    select * from {{ ref('stg_amocrm__catalog_elements') }}
    where catalog_type = 'invoices'
),

field_values as (
    select
        element.account_id,
        element.element_id,
        field ->> 'field_code' as field_code,
        field #> '{values,0}' as first_value
    from elements as element
    cross join
        lateral jsonb_array_elements({{ json_array("element.payload -> 'custom_fields_values'") }}) as field
),

fields as (
    select
        account_id,
        element_id,
        (array_agg(first_value) filter (where field_code = 'BILL_STATUS'))[1] as status,
        (array_agg(first_value) filter (where field_code = 'BILL_PRICE'))[1] as price,
        (array_agg(first_value) filter (where field_code = 'BILL_PAYMENT_DATE'))[1] as paid_at,
        (array_agg(first_value) filter (where field_code = 'PAYER'))[1] as payer,
        (array_agg(first_value) filter (where field_code = 'BILL_COMMENT'))[1] as comment,
        (array_agg(first_value) filter (where field_code = 'BILL_VAT_TYPE'))[1] as vat
    from field_values
    group by account_id, element_id
),

owners as (
    select
        account_id,
        to_entity_id as element_id,
        min(source_entity_id) filter (where entity_type = 'leads') as leads,
        min(source_entity_id) filter (where entity_type = 'contacts') as contacts,
        min(source_entity_id) filter (where entity_type = 'companies') as companies,
        min(source_entity_id) filter (where entity_type = 'customers') as customers
    from {{ ref('stg_amocrm__links') }}
    where to_entity_type = 'catalog_elements'
    group by account_id, to_entity_id
),

typed as (
    select
        element.account_id,
        element.element_id as invoice_id,
        element.source_element_id as source_invoice_id,
        element.element_name as invoice_name,
        substring(element.element_name from '№\s*(\S+)') as invoice_number,
        fields.status ->> 'enum_code' as status,
        fields.status ->> 'value' as status_name,
        (fields.price ->> 'value')::numeric(18, 2) as price,
        {{ unix_time("fields.paid_at ->> 'value'") }} as paid_at,
        fields.payer #>> '{value,name}' as payer_name,
        nullif(fields.payer #>> '{value,vat_id}', '') as payer_inn,
        fields.payer #>> '{value,type}' as payer_type,
        fields.comment ->> 'value' as comment,
        fields.vat ->> 'enum_code' as vat_type,
        owner.leads as source_lead_id,
        owner.contacts as source_contact_id,
        coalesce(
            owner.companies,
            case
                when fields.payer #>> '{value,entity_type}' = 'companies' then fields.payer #>> '{value,entity_id}'
            end
        ) as source_company_id,
        owner.customers as source_customer_id,
        element.invoice_link,
        element.created_at,
        element.updated_at,
        element.is_deleted
    from elements as element
    left join fields on element.account_id = fields.account_id and element.element_id = fields.element_id
    left join owners as owner on element.account_id = owner.account_id and element.element_id = owner.element_id
)

select
    *,
    {{ entity_key('amocrm', 'source_lead_id') }} as lead_id,
    {{ entity_key('amocrm', 'source_contact_id') }} as contact_id,
    {{ entity_key('amocrm', 'source_company_id') }} as company_id,
    {{ entity_key('amocrm', 'source_customer_id') }} as customer_id,
    coalesce(status in ('paid', 'paid_in_advance'), false) as is_paid
from typed
