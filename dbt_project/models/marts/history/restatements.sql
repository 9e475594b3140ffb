-- A view: figures are found restated when a run is published, which is after its models were built.
{{ config(materialized='view', post_hook=[]) }}

select
    restatement_id,
    account_id,
    run_id,
    restated_at,
    previous_run_id,
    previously_published_at,
    mart,
    metric_id,
    period_type,
    period_start,
    subject_type,
    subject_id,
    value_before,
    value_after,
    value_after - value_before as difference,
    cause,
    records
from {{ source('history', 'restatements') }}
