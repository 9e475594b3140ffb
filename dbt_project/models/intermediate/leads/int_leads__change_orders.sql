-- The CRM's times are whole seconds. For every second of a lead: the orders in which its stage changes can follow
-- from each other (each starts where the one before ended). A lone change is one such order; where no order links all
-- changes of the second, the event ids decide.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id', 'second_no']}]
) }}

with recursive changes as (
    select
        account_id,
        lead_id,
        event_id,
        happened_at,
        from_stage_id,
        to_stage_id,
        dense_rank() over (partition by account_id, lead_id order by happened_at) as second_no,
        count(*) over (partition by account_id, lead_id, happened_at) as change_count,
        -- equal changes of one second are interchangeable: they are taken by id
        row_number() over (
            partition by account_id, lead_id, happened_at, from_stage_id, to_stage_id order by event_id
        ) as twin_no
    from {{ ref('int_leads__events') }}
    where
        event_type = 'lead_status_changed'
        and from_stage_id is not null
        and to_stage_id is not null
        and {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
),

ties as (
    select * from changes
    where change_count > 1
),

chains as (
    select
        account_id,
        lead_id,
        second_no,
        change_count,
        from_stage_id as starts_in,
        to_stage_id as ends_in,
        array[event_id] as event_ids,
        array[from_stage_id || '>' || to_stage_id] as edges
    from ties
    where twin_no = 1
    union all
    select
        chains.account_id,
        chains.lead_id,
        chains.second_no,
        chains.change_count,
        chains.starts_in,
        ties.to_stage_id as ends_in,
        chains.event_ids || ties.event_id as event_ids,
        chains.edges || (ties.from_stage_id || '>' || ties.to_stage_id) as edges
    from chains
    inner join ties
        on
            chains.account_id = ties.account_id
            and chains.lead_id = ties.lead_id
            and chains.second_no = ties.second_no
            and chains.ends_in = ties.from_stage_id
    where
        ties.twin_no = 1 + coalesce(
            cardinality(array_positions(chains.edges, ties.from_stage_id || '>' || ties.to_stage_id)), 0
        )
),

whole as (
    select * from chains
    where cardinality(event_ids) = change_count
),

unlinked as (
    select
        ties.account_id,
        ties.lead_id,
        ties.second_no,
        array_agg(ties.event_id order by ties.event_id) as event_ids,
        (array_agg(ties.from_stage_id order by ties.event_id))[1] as starts_in,
        (array_agg(ties.to_stage_id order by ties.event_id desc))[1] as ends_in
    from ties
    where
        not exists (
            select 1
            from whole
            where
                whole.account_id = ties.account_id
                and whole.lead_id = ties.lead_id
                and whole.second_no = ties.second_no
        )
    group by ties.account_id, ties.lead_id, ties.second_no
)

select
    account_id,
    lead_id,
    second_no,
    starts_in,
    ends_in,
    array_to_string(event_ids, ',') as event_ids
from whole
union all
select
    account_id,
    lead_id,
    second_no,
    starts_in,
    ends_in,
    array_to_string(event_ids, ',') as event_ids
from unlinked
union all
select
    account_id,
    lead_id,
    second_no,
    from_stage_id as starts_in,
    to_stage_id as ends_in,
    event_id as event_ids
from changes
where change_count = 1
