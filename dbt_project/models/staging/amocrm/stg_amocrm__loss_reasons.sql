select
    account_id,
    source_id as source_loss_reason_id,
    payload ->> 'name' as loss_reason_name
from {{ source('amocrm', 'loss_reasons') }}
