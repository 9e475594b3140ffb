select
    account.account_id,
    user_group ->> 'id' as source_group_id,
    user_group ->> 'name' as group_name
from {{ source('amocrm', 'account') }} as account
cross join lateral jsonb_array_elements({{ json_array("account.payload #> '{_embedded,users_groups}'") }}) as user_group
