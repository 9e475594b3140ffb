-- By month of creation and the pipeline a lead stands in today.
{{ config(indexes=[{'columns': ['account_id', 'pipeline_id', 'cohort_month'], 'unique': true}]) }}
{% set ages = [30, 60, 90, 180] %}

with cohorts as (
    select
        account_id,
        pipeline_id,
        date_trunc('month', created_date::timestamp)::date as cohort_month,
        count(*) as leads,
        count(*) filter (where status = 'won') as won,
    {% for age in ages %}
    count(*) filter (where cycle_days <= {{ age }}) as won_{{ age }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('fct_leads') }}
    where is_counted and pipeline_id is not null
    group by account_id, pipeline_id, cohort_month
),

aged as (
    select
        cohorts.*,
        {{ local_date(as_of(), 'account.time_zone') }}
        - (cohorts.cohort_month + interval '1 month' - interval '1 day')::date as age_days
    from cohorts
    inner join {{ ref('stg_ops__accounts') }} as account on cohorts.account_id = account.account_id
)

select
    account_id,
    cohort_month,
    pipeline_id,
    leads::int as leads,
    won::int as won,
    (won::numeric / nullif(leads, 0))::numeric(9, 6) as win_rate_created,
    {% for age in ages %}
    case when age_days >= {{ age }} then (won_{{ age }}::numeric / leads)::numeric(9, 6) end as won_share_{{ age }},
    {% endfor %}
    age_days > 0 as is_complete
from aged
