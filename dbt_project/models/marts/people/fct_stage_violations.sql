{{ config(indexes=[
    {'columns': ['account_id', 'broken_date']},
    {'columns': ['account_id', 'user_id', 'is_open']},
    {'columns': ['account_id', 'lead_id']}
]) }}

with

violations as (
    select
        account_id,
        lead_id,
        visit_no,
        rule,
        coalesce(field, '') as field,
        min(pipeline_id) as pipeline_id,
        min(stage_id) as stage_id,
        min(limit_hours) as limit_hours,
        min(clock) as clock,
        min(entered_at) as entered_at,
        min(broken_at) as broken_at,
        bool_or(ended_at is null) as is_open,
        case when bool_and(ended_at is not null) then max(ended_at) end as fixed_at,
        sum(extract(epoch from coalesce(ended_at, {{ as_of() }}) - broken_at)) / 3600 as hours_out_of_line,
        count(*) as times
    from {{ ref('int_people__breaches') }}
    group by account_id, lead_id, visit_no, rule, coalesce(field, '')
)

select
    violations.account_id,
    {{ nullable_key("violations.lead_id || ':' || violations.visit_no", ['violations.rule', 'violations.field']) }}
        as violation_id,
    violations.lead_id,
    leads.source_lead_id,
    violations.visit_no::int as visit_no,
    violations.pipeline_id,
    violations.stage_id,
    violations.rule,
    nullif(violations.field, '') as field,
    violations.limit_hours::numeric(9, 2) as limit_hours,
    violations.clock,
    owners.user_id,
    leads.user_id as user_today_id,
    violations.is_open,
    violations.times::int as times,
    violations.hours_out_of_line::numeric(12, 2) as hours_out_of_line,
    violations.entered_at,
    violations.broken_at,
    {{ local_date('violations.broken_at', 'accounts.time_zone') }} as broken_date,
    violations.fixed_at,
    {{ local_date('violations.fixed_at', 'accounts.time_zone') }} as fixed_date
from violations
inner join {{ ref('stg_ops__accounts') }} as accounts on violations.account_id = accounts.account_id
inner join {{ ref('int_leads__records') }} as leads
    on violations.account_id = leads.account_id and violations.lead_id = leads.lead_id
left join {{ ref('int_leads__owners') }} as owners
    on
        violations.account_id = owners.account_id
        and violations.lead_id = owners.lead_id
        and violations.broken_at >= owners.owned_from
        and violations.broken_at < owners.owned_to
