-- The address is not shown: its path is a secret.
select
    account_id,
    {{ entity_key('amocrm', "'webhook:' || source_id") }} as webhook_id,
    source_id as source_webhook_id,
    substring(payload ->> 'destination' from '^[a-z]+://([^/:?#]+)') as host,
    array(
        select event #>> '{}'
        from jsonb_array_elements({{ json_array("payload -> 'settings'") }}) as event
    ) as events,
    coalesce((payload ->> 'disabled')::boolean, false) as is_disabled,
    {{ unix_time("payload ->> 'created_at'") }} as created_at,
    deleted_at is not null as is_deleted
from {{ source('amocrm', 'webhooks') }}
