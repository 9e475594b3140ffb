-- Won leads with the three people of their conveyor: who held the lead last in lead generation and in sales up to the
-- win, and the account manager the client has today. Without all three there is no chain team.
with

holders as (
    select
        leads.account_id,
        leads.lead_id,
        users.division,
        (array_agg(owners.user_id order by owners.owned_from desc))[1] as user_id
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('int_leads__owners') }} as owners
        on
            leads.account_id = owners.account_id
            and leads.lead_id = owners.lead_id
            and leads.won_at >= owners.owned_from
    inner join {{ ref('dim_users') }} as users
        on owners.account_id = users.account_id and owners.user_id = users.user_id
    where leads.is_counted and users.division in ('lead_generation', 'sales')
    group by leads.account_id, leads.lead_id, users.division
)

select
    leads.account_id,
    leads.lead_id,
    leads.won_date,
    coalesce(leads.amount, 0) as amount,
    leads.account_id || ':chain:' || telemarketers.source_user_id || '-' || sellers.source_user_id
    || '-' || managers.source_user_id as subject_id,
    telemarketers.user_name || ' + ' || sellers.user_name || ' + ' || managers.user_name as subject_name
from {{ ref('fct_leads') }} as leads
inner join holders as telemarketing
    on
        leads.account_id = telemarketing.account_id
        and leads.lead_id = telemarketing.lead_id
        and telemarketing.division = 'lead_generation'
inner join holders as sales
    on
        leads.account_id = sales.account_id
        and leads.lead_id = sales.lead_id
        and sales.division = 'sales'
inner join {{ ref('dim_clients') }} as clients
    on leads.account_id = clients.account_id and leads.client_id = clients.client_id
inner join {{ ref('dim_users') }} as telemarketers
    on telemarketing.account_id = telemarketers.account_id and telemarketing.user_id = telemarketers.user_id
inner join {{ ref('dim_users') }} as sellers
    on sales.account_id = sellers.account_id and sales.user_id = sellers.user_id
inner join {{ ref('dim_users') }} as managers
    on
        clients.account_id = managers.account_id
        and clients.account_manager_id = managers.user_id
        and managers.division = 'account_management'
