{{ config(indexes=[{'columns': ['account_id', 'project_id'], 'unique': true}, {'columns': ['client_id']}]) }}
{% set host = "regexp_replace(lower(trim(%s)), '^(https?://)?(www\\.)?([^/?#:]*).*$', '\\3')" %}
-- No rank tracker and no console knows our clients. A project is of the client whose web address in the CRM is the
-- project's site; without one, of the client whose name the project's name starts with. Two candidates are none: a
-- report to the wrong client is worse than a project without one.
with

projects as (
    select
        *,
        {{ host | replace('%s', 'site') }} as host
    from {{ ref('int_positions__projects') }}
),

clients as (
    select
        account_id,
        client_id,
        source_client_id,
        client_name
    from {{ ref('dim_clients') }}
    where not is_deleted
),

web_addresses as (
    select distinct
        clients.account_id,
        clients.client_id,
        {{ host | replace('%s', 'web.value_text') }} as host
    from {{ ref('int_crm__custom_field_values') }} as web
    inner join clients
        on web.account_id = clients.account_id and web.source_entity_id = clients.source_client_id
    where web.entity_type = 'companies' and web.field_code = 'WEB' and web.value_text is not null
),

by_site as (
    select
        projects.account_id,
        projects.project_id,
        min(web_addresses.client_id) as client_id
    from projects
    inner join web_addresses on projects.account_id = web_addresses.account_id and projects.host = web_addresses.host
    where projects.host != ''
    group by projects.account_id, projects.project_id
    having count(distinct web_addresses.client_id) = 1
),

name_candidates as (
    select
        projects.account_id,
        projects.project_id,
        clients.client_id,
        rank() over (
            partition by projects.account_id, projects.project_id
            order by length(clients.client_name) desc
        ) as place
    from projects
    inner join clients
        on
            projects.account_id = clients.account_id
            and starts_with(lower(projects.project_name), lower(clients.client_name))
            -- the name ends there: "Север" is not "Северсталь"
            and substr(projects.project_name, length(clients.client_name) + 1, 1) !~ '[[:alnum:]]'
    where length(clients.client_name) > 2
),

by_name as (
    select
        account_id,
        project_id,
        min(client_id) as client_id
    from name_candidates
    where place = 1
    group by account_id, project_id
    having count(*) = 1
)

select
    projects.account_id,
    projects.provider,
    projects.kind,
    projects.project_id,
    projects.source_project_id,
    projects.project_name,
    projects.site,
    coalesce(by_site.client_id, by_name.client_id) as client_id,
    case
        when by_site.client_id is not null then 'site'
        when by_name.client_id is not null then 'name'
    end as client_matched_by,
    projects.is_deleted
from projects
left join by_site on projects.account_id = by_site.account_id and projects.project_id = by_site.project_id
left join by_name on projects.account_id = by_name.account_id and projects.project_id = by_name.project_id
