-- The path of every lead: its stage entries. The first stage is the `before` of the first change, entered at creation;
-- a lead without changes stands where it was put. is_assumed marks visits no change tells of:
--   * a change starts elsewhere than the one before it ended: the stage between counts from the moment it is left;
--   * the lead stands elsewhere than its last change says: entered when it was closed, else when it last changed;
--   * a lead without changes that was closed after its creation: entered when it was closed.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    unique_key=['account_id', 'lead_id', 'visit_no'],
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[
        {'columns': ['account_id', 'lead_id', 'visit_no'], 'unique': true},
        {'columns': ['account_id', 'stage_id']}
    ]
) }}

with leads as (
    select
        account_id,
        lead_id,
        stage_id,
        created_at,
        updated_at,
        case when stage_id ~ ':14[23]$' then closed_at end as closed_at
    from {{ ref('int_leads__records') }}
    where {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
),

changes as (
    select
        account_id,
        lead_id,
        change_no,
        happened_at,
        from_stage_id,
        to_stage_id,
        lag(to_stage_id) over lead_changes as stage_before,
        lead(change_no) over lead_changes is null as is_last
    from {{ ref('int_leads__status_changes') }}
    where {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
    window lead_changes as (partition by account_id, lead_id order by change_no)
),

entries as (
    select
        leads.account_id,
        leads.lead_id,
        0::bigint as change_no,
        0 as step_no,
        coalesce(first_change.from_stage_id, leads.stage_id) as stage_id,
        case
            when first_change.lead_id is null then greatest(leads.created_at, leads.closed_at)
            else least(leads.created_at, first_change.happened_at)
        end as entered_at,
        first_change.lead_id is null and coalesce(leads.closed_at > leads.created_at, false) as is_assumed
    from leads
    left join changes as first_change
        on
            leads.account_id = first_change.account_id
            and leads.lead_id = first_change.lead_id
            and first_change.change_no = 1
    union all
    select
        account_id,
        lead_id,
        change_no,
        0 as step_no,
        from_stage_id as stage_id,
        happened_at as entered_at,
        true as is_assumed
    from changes
    where from_stage_id != stage_before
    union all
    select
        account_id,
        lead_id,
        change_no,
        1 as step_no,
        to_stage_id as stage_id,
        happened_at as entered_at,
        false as is_assumed
    from changes
    union all
    select
        leads.account_id,
        leads.lead_id,
        changes.change_no,
        2 as step_no,
        leads.stage_id,
        case when leads.closed_at >= changes.happened_at then leads.closed_at else leads.updated_at end as entered_at,
        true as is_assumed
    from leads
    inner join changes on leads.account_id = changes.account_id and leads.lead_id = changes.lead_id
    -- a record older than its last change knows less than the change does
    where changes.is_last and changes.to_stage_id != leads.stage_id and leads.updated_at >= changes.happened_at
),

real_entries as (
    select *
    from (
        select
            *,
            lag(stage_id) over (partition by account_id, lead_id order by change_no, step_no) as stage_before
        from entries
        where stage_id is not null
    ) as entry
    where stage_before is distinct from stage_id
)

select
    entry.account_id,
    entry.lead_id,
    row_number() over path as visit_no,
    regexp_replace(entry.stage_id, ':[^:]*$', '') as pipeline_id,
    entry.stage_id,
    entry.entered_at,
    lead(entry.entered_at) over path as exited_at,
    owner.user_id as owner_id,
    entry.is_assumed
from real_entries as entry
left join {{ ref('int_leads__owners') }} as owner
    on
        entry.account_id = owner.account_id
        and entry.lead_id = owner.lead_id
        and entry.entered_at >= owner.owned_from
        and entry.entered_at < owner.owned_to
window path as (partition by entry.account_id, entry.lead_id order by entry.change_no, entry.step_no)
