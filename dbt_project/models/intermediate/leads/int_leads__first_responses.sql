-- The first outgoing touch by a person at or after a lead's creation: a call attempt of an employee to a number of the
-- lead's contacts, or a message a user sent to the lead or its contacts. Two clocks: calendar and working time.
{{ config(indexes=[{'columns': ['account_id', 'lead_id'], 'unique': true}]) }}

with touches as (
    select
        contact.account_id,
        contact.lead_id,
        call.started_at as touched_at
    from {{ ref('int_calls__unioned') }} as call
    inner join {{ ref('int_contacts__numbers') }} as number
        on call.account_id = number.account_id and call.client_number_key = number.number_key
    inner join {{ ref('int_leads__contacts') }} as contact
        on number.account_id = contact.account_id and number.contact_id = contact.contact_id
    where call.direction = 'out' and call.source_employee_id is not null
    union all
    select
        message.account_id,
        coalesce(contact.lead_id, message.entity_id) as lead_id,
        message.happened_at as touched_at
    from {{ ref('stg_amocrm__events') }} as message
    left join {{ ref('int_leads__contacts') }} as contact
        on
            message.account_id = contact.account_id
            and message.entity_id = contact.contact_id
            and message.entity_type = 'contact'
    where
        message.event_type in ('outgoing_chat_message', 'outgoing_sms', 'outgoing_mail')
        and message.entity_type in ('lead', 'contact')
        and message.user_id is not null
),

responses as (
    select
        lead.account_id,
        lead.lead_id,
        lead.created_at,
        min(touches.touched_at) as responded_at
    from {{ ref('int_leads__records') }} as lead
    inner join touches
        on
            lead.account_id = touches.account_id
            and lead.lead_id = touches.lead_id
            and lead.created_at <= touches.touched_at
    group by lead.account_id, lead.lead_id, lead.created_at
),

-- Working seconds from the calendar's first day to the start of each day.
days as (
    select
        day.account_id,
        day.date_day,
        day.is_working_day,
        account.time_zone,
        account.work_start,
        account.work_end,
        coalesce(
            sum(case when day.is_working_day then extract(epoch from account.work_end - account.work_start) else 0 end)
                over (
                    partition by day.account_id
                    order by day.date_day
                    rows between unbounded preceding and 1 preceding
                ),
            0
        ) as seconds_before
    from {{ ref('dim_dates') }} as day
    inner join {{ ref('stg_ops__accounts') }} as account on day.account_id = account.account_id
),

moments as (
    select
        account_id,
        lead_id,
        -1 as sign,
        created_at as happened_at
    from responses
    union all
    select
        account_id,
        lead_id,
        1 as sign,
        responded_at as happened_at
    from responses
),

clocks as (
    select
        moments.account_id,
        moments.lead_id,
        sum(
            moments.sign * (
                days.seconds_before
                + case
                    when days.is_working_day
                        then extract(
                            epoch from greatest(
                                least((moments.happened_at at time zone days.time_zone)::time, days.work_end)
                                - days.work_start,
                                interval '0'
                            )
                        )
                    else 0
                end
            )
        ) as work_seconds
    from moments
    inner join {{ ref('stg_ops__accounts') }} as account on moments.account_id = account.account_id
    inner join days
        on
            moments.account_id = days.account_id
            and days.date_day = {{ local_date('moments.happened_at', 'account.time_zone') }}
    group by moments.account_id, moments.lead_id
)

select
    responses.account_id,
    responses.lead_id,
    responses.responded_at as first_response_at,
    round(extract(epoch from responses.responded_at - responses.created_at) / 60, 2) as first_response_minutes,
    round(clocks.work_seconds / 60, 2) as first_response_work_minutes
from responses
left join clocks on responses.account_id = clocks.account_id and responses.lead_id = clocks.lead_id
