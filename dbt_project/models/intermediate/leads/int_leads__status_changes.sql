-- Stage changes of a lead in their order: by second, within one second by the chain before → after, then by id.
{{ config(
    materialized='incremental',
    incremental_strategy='changed_rows',
    on_schema_change='fail',
    meta={'scope': {'of': 'int_leads__touched', 'by': ['account_id', 'lead_id']}},
    indexes=[{'columns': ['account_id', 'lead_id']}]
) }}

with recursive orders as (
    select * from {{ ref('int_leads__change_orders') }}
    where {{ changed('int_leads__touched', ['account_id', 'lead_id']) }}
),

choices as (
    select
        account_id,
        lead_id,
        second_no,
        count(*) as choice_count,
        array_agg(starts_in) as starts
    from orders
    group by account_id, lead_id, second_no
),

-- Only leads with a choice need to be walked through second by second.
open_leads as (
    select distinct
        choices.account_id,
        choices.lead_id,
        lead.stage_id
    from choices
    inner join {{ ref('int_leads__records') }} as lead
        on choices.account_id = lead.account_id and choices.lead_id = lead.lead_id
    where choices.choice_count > 1
),

walk as (
    select
        open_leads.account_id,
        open_leads.lead_id,
        open_leads.stage_id,
        0::bigint as second_no,
        null::text as ends_in,
        null::text as event_ids
    from open_leads
    union all
    select
        walk.account_id,
        walk.lead_id,
        walk.stage_id,
        chosen.second_no,
        chosen.ends_in,
        chosen.event_ids
    from walk
    cross join lateral (
        select candidate.*
        from {{ ref('int_leads__change_orders') }} as candidate
        where
            candidate.account_id = walk.account_id
            and candidate.lead_id = walk.lead_id
            and candidate.second_no = walk.second_no + 1
        order by
            (candidate.starts_in is not distinct from walk.ends_in) desc,
            -- what comes next (at the end: where the lead stands) tells which way round a circle went
            (
                case
                    when
                        exists (
                            select 1
                            from {{ ref('int_leads__change_orders') }} as later
                            where
                                later.account_id = candidate.account_id
                                and later.lead_id = candidate.lead_id
                                and later.second_no = candidate.second_no + 1
                        )
                        then
                            exists (
                                select 1
                                from {{ ref('int_leads__change_orders') }} as later
                                where
                                    later.account_id = candidate.account_id
                                    and later.lead_id = candidate.lead_id
                                    and later.second_no = candidate.second_no + 1
                                    and later.starts_in = candidate.ends_in
                            )
                    else candidate.ends_in is not distinct from walk.stage_id
                end
            ) desc,
            candidate.event_ids asc
        limit 1
    ) as chosen
),

chosen as (
    select
        account_id,
        lead_id,
        second_no,
        event_ids
    from walk
    where second_no > 0
    union all
    select
        orders.account_id,
        orders.lead_id,
        orders.second_no,
        orders.event_ids
    from orders
    where
        not exists (
            select 1
            from open_leads
            where open_leads.account_id = orders.account_id and open_leads.lead_id = orders.lead_id
        )
)

select
    chosen.account_id,
    chosen.lead_id,
    event.event_id,
    event.source_event_id,
    event.happened_at,
    event.from_stage_id,
    event.to_stage_id,
    event.user_id,
    row_number() over (
        partition by chosen.account_id, chosen.lead_id order by chosen.second_no, taken.place
    ) as change_no
from chosen
cross join lateral unnest(string_to_array(chosen.event_ids, ',')) with ordinality as taken (event_id, place)
inner join {{ ref('int_leads__events') }} as event
    on chosen.account_id = event.account_id and taken.event_id = event.event_id
