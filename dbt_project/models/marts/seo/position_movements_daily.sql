{{ config(indexes=[
    {'columns': ['account_id', 'checked_on']},
    {'columns': ['project_id', 'engine', 'region', 'device', 'checked_on']}
]) }}

select * from {{ ref('int_positions__movements') }}
