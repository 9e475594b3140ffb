-- Every stage leads were ever in. stage_order: the incoming stage 0, open steps 1, 2, …, then won, then lost; stages
-- that the CRM no longer lists come after those, steps of no funnel.
with named as (
    select * from {{ ref('stg_amocrm__stages') }}
),

pipelines as (
    select distinct
        account_id,
        pipeline_id,
        pipeline_name,
        pipeline_sort
    from named
    where is_listed
),

seen as (
    select value as stage_id from {{ distinct_values('int_leads__events', 'from_stage_id') }} as left_stages
    union
    select value as stage_id from {{ distinct_values('int_leads__events', 'to_stage_id') }} as entered_stages
    union
    select value as stage_id from {{ distinct_values('int_leads__standing', 'stage_id') }} as standing_stages
),

unlisted as (
    select
        split_part(stage_id, ':', 1) as account_id,
        stage_id
    from seen
    where
        not exists (
            select 1
            from named
            where named.stage_id = seen.stage_id
        )
),

stages as (
    select
        account_id,
        pipeline_id,
        source_pipeline_id,
        pipeline_name,
        pipeline_sort,
        stage_id,
        source_stage_id,
        stage_name,
        stage_sort,
        stage_type,
        is_incoming,
        is_listed
    from named
    union all
    select
        unlisted.account_id,
        regexp_replace(unlisted.stage_id, ':[^:]*$', '') as pipeline_id,
        split_part(unlisted.stage_id, ':', 3) as source_pipeline_id,
        pipeline.pipeline_name,
        pipeline.pipeline_sort,
        unlisted.stage_id,
        split_part(unlisted.stage_id, ':', 4) as source_stage_id,
        null as stage_name,
        null as stage_sort,
        case split_part(unlisted.stage_id, ':', 4)
            when '142' then 'won' when '143' then 'lost' else 'open'
        end as stage_type,
        false as is_incoming,
        false as is_listed
    from unlisted
    left join pipelines as pipeline
        on
            unlisted.account_id = pipeline.account_id
            and regexp_replace(unlisted.stage_id, ':[^:]*$', '') = pipeline.pipeline_id
)

select
    account_id,
    pipeline_id,
    source_pipeline_id,
    coalesce(pipeline_name, source_pipeline_id) as pipeline_name,
    coalesce(pipeline_sort, 0) as pipeline_sort,
    stage_id,
    source_stage_id,
    coalesce(stage_name, source_stage_id) as stage_name,
    stage_type,
    is_incoming,
    is_listed,
    is_listed and not is_incoming and stage_type in ('open', 'won') as is_step,
    (
        row_number()
            over (
                partition by account_id, pipeline_id
                order by
                    is_listed desc,
                    not is_incoming,
                    case stage_type when 'open' then 1 when 'won' then 2 else 3 end,
                    stage_sort asc nulls last,
                    source_stage_id::bigint
            )
        - max(case when is_listed and is_incoming then 1 else 0 end) over (partition by account_id, pipeline_id)
    )::int as stage_order
from stages
