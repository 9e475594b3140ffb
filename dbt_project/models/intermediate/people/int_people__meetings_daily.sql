-- Meetings set and held by day, both for the one who set the meeting: whoever held the lead when it was set. A meeting
-- that nobody is known to have set counts for who held the lead at the meeting.
with

meetings as (
    select
        account_id,
        lead_id,
        max(reached_date) filter (where milestone = 'meeting_set') as set_date,
        max(user_id) filter (where milestone = 'meeting_set') as set_by,
        max(reached_date) filter (where milestone = 'meeting_held') as held_date,
        max(user_id) filter (where milestone = 'meeting_held') as held_by
    from {{ ref('int_people__milestones') }}
    where milestone in ('meeting_set', 'meeting_held')
    group by account_id, lead_id
)

select
    meetings.account_id,
    event.user_id,
    event.date_day,
    sum(event.meetings_set) as meetings_set,
    sum(event.meetings_held) as meetings_held
from meetings
cross join
    lateral (
        values
        (meetings.set_date, meetings.set_by, 1, 0),
        (meetings.held_date, coalesce(meetings.set_by, meetings.held_by), 0, 1)
    ) as event (date_day, user_id, meetings_set, meetings_held)
where event.date_day is not null
group by meetings.account_id, event.user_id, event.date_day
