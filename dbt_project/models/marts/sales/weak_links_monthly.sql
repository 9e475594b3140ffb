-- A lead belongs to who held it when it first entered the step, and has moved on when it entered a later step of the
-- pipeline within 30 days. All months get the same 30 days, so that the newest is not the weakest for being young.
{{ config(indexes=[
    {'columns': ['account_id', 'weak_link_id'], 'unique': true},
    {'columns': ['account_id', 'month_start', 'pipeline_id', 'weak_rank']},
]) }}
{% set days = 30 %}

with visits as (
    select
        visit.account_id,
        visit.lead_id,
        visit.pipeline_id,
        visit.stage_id,
        stage.stage_order,
        visit.visit_no,
        visit.owner_id,
        {{ local_date('visit.entered_at', 'account.time_zone') }} as entered_date,
        stage.stage_type = 'won' as is_last_step,
        row_number() over (
            partition by visit.account_id, visit.lead_id, visit.stage_id
            order by visit.visit_no
        ) as entry_no
    from {{ ref('fct_stage_visits') }} as visit
    inner join {{ ref('int_leads__stages') }} as stage
        on visit.account_id = stage.account_id and visit.stage_id = stage.stage_id
    inner join {{ ref('stg_ops__accounts') }} as account on visit.account_id = account.account_id
    where visit.is_counted and stage.is_step
),

entries as (
    select
        entry.account_id,
        entry.pipeline_id,
        entry.stage_id,
        entry.stage_order,
        entry.owner_id,
        date_trunc('month', entry.entered_date::timestamp)::date as month_start,
        coalesce(min(later.entered_date) - entry.entered_date <= {{ days }}, false) as has_moved_on
    from visits as entry
    left join visits as later
        on
            entry.account_id = later.account_id
            and entry.lead_id = later.lead_id
            and entry.pipeline_id = later.pipeline_id
            and entry.visit_no < later.visit_no
            and entry.stage_order < later.stage_order
    where entry.entry_no = 1 and not entry.is_last_step
    group by
        entry.account_id, entry.lead_id, entry.pipeline_id, entry.stage_id, entry.stage_order,
        entry.owner_id, entry.entered_date
),

links as (
    select
        entries.account_id,
        entries.month_start,
        entries.pipeline_id,
        entries.stage_id,
        entries.stage_order,
        entries.owner_id,
        count(*) as entered,
        case
            when
                (entries.month_start + interval '1 month' - interval '1 day')::date + {{ days }}
                <= {{ local_date(as_of(), 'min(account.time_zone)') }}
                then count(*) filter (where entries.has_moved_on)
        end as moved_on
    from entries
    inner join {{ ref('stg_ops__accounts') }} as account on entries.account_id = account.account_id
    group by
        entries.account_id, entries.month_start, entries.pipeline_id, entries.stage_id,
        entries.stage_order, entries.owner_id
),

compared as (
    select
        links.*,
        links.moved_on::numeric / links.entered as conversion,
        before.moved_on::numeric / before.entered as previous_conversion
    from links
    left join links as before
        on
            links.account_id = before.account_id
            and links.stage_id = before.stage_id
            and coalesce(links.owner_id, '') = coalesce(before.owner_id, '')
            and before.month_start + interval '1 month' = links.month_start
),

costs as (
    select
        *,
        case
            when conversion is not null and previous_conversion is not null
                then greatest(previous_conversion - conversion, 0) * entered
        end as leads_cost
    from compared
)

select
    account_id,
    {{ nullable_key("stage_id || ':' || to_char(month_start, 'YYYY-MM')", ['owner_id']) }} as weak_link_id,
    month_start,
    pipeline_id,
    stage_id,
    stage_order,
    owner_id as user_id,
    entered::int as entered,
    moved_on::int as moved_on,
    conversion::numeric(9, 6) as conversion,
    previous_conversion::numeric(9, 6) as previous_conversion,
    (conversion - previous_conversion)::numeric(9, 6) as conversion_change,
    leads_cost::numeric(12, 2) as leads_cost,
    case
        when conversion < previous_conversion
            then rank() over (partition by account_id, month_start, pipeline_id order by leads_cost desc nulls last)
    end::int as weak_rank
from costs
