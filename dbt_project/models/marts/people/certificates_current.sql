{{ config(indexes=[{'columns': ['account_id', 'user_id']}]) }}

with

certificates as (
    select
        certificates.*,
        {{ local_date(as_of(), 'accounts.time_zone') }} as today,
        row_number() over (
            partition by certificates.account_id, certificates.user_id, certificates.certificate
            order by certificates.valid_from desc, certificates.certificate_id asc
        ) = 1 as is_latest
    from {{ ref('stg_sheets__certificates') }} as certificates
    inner join {{ ref('stg_ops__accounts') }} as accounts on certificates.account_id = accounts.account_id
)

select
    account_id,
    certificate_id,
    user_id,
    certificate,
    valid_from,
    valid_to,
    case
        when valid_from > today then 'ahead'
        when valid_to < today then 'expired'
        else 'valid'
    end as state,
    valid_from <= today and coalesce(valid_to >= today, true) as is_valid,
    coalesce(valid_from <= today and valid_to between today and today + 30 and is_latest, false) as is_expiring,
    valid_to - today as days_left,
    is_latest
from certificates
