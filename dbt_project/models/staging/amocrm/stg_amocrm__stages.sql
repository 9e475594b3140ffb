-- Every stage ever listed: today's, and those that only earlier versions of their pipeline know.
with versions as (
    select
        account_id,
        payload,
        deleted_at is null as is_listed,
        source_updated_at,
        'infinity'::timestamptz as replaced_at
    from {{ source('amocrm', 'pipelines') }}
    union all
    select
        account_id,
        payload,
        false as is_listed,
        source_updated_at,
        replaced_at
    from {{ source('amocrm', 'pipelines_history') }}
),

stages as (
    select distinct on (version.account_id, version.payload ->> 'id', status ->> 'id')
        version.account_id,
        version.payload ->> 'id' as source_pipeline_id,
        version.payload ->> 'name' as pipeline_name,
        coalesce((version.payload ->> 'sort')::int, 0) as pipeline_sort,
        coalesce((version.payload ->> 'is_main')::boolean, false) as is_main_pipeline,
        status ->> 'id' as source_stage_id,
        status ->> 'name' as stage_name,
        (status ->> 'sort')::int as stage_sort,
        coalesce(status ->> 'type', '0') = '1' as is_incoming,
        version.is_listed
    from versions as version
    cross join lateral jsonb_array_elements({{ json_array("version.payload #> '{_embedded,statuses}'") }}) as status
    order by
        version.account_id asc, version.payload ->> 'id', status ->> 'id',
        version.replaced_at desc, version.source_updated_at desc
)

select
    account_id,
    {{ entity_key('amocrm', 'source_pipeline_id') }} as pipeline_id,
    source_pipeline_id,
    pipeline_name,
    pipeline_sort,
    is_main_pipeline,
    {{ stage_key('source_pipeline_id', 'source_stage_id') }} as stage_id,
    source_stage_id,
    stage_name,
    stage_sort,
    case source_stage_id when '142' then 'won' when '143' then 'lost' else 'open' end as stage_type,
    is_incoming,
    is_listed
from stages
