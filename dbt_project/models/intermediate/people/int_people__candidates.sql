-- Candidates with how far they came: a later stage implies the earlier ones, dated or not. furthest_stage is 1
-- (response) to 5 (hired).
select
    *,
    case
        when hired_on is not null then 5
        when offered_on is not null then 4
        when interviewed_on is not null then 3
        when screened_on is not null then 2
        else 1
    end as furthest_stage,
    date_trunc('month', responded_on::timestamp)::date as responded_month
from {{ ref('stg_sheets__candidates') }}
