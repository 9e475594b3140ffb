-- Sums per day and user of what people are held to beside leads and calls: scores, standards, norms, load, contacts,
-- recruiting, certificates, posts.
with

scores as (
    select * from {{ ref('call_scores') }}
    where subject_type = 'call'
),

contributions as (
    select
        account_id,
        'call_score' as metric_id,
        scored_on as date_day,
        user_id,
        counted_weight * 100 as numerator,
        applicable_weight as denominator
    from scores
    where score is not null
    union all
    select
        account_id,
        'call_score_mean' as metric_id,
        scored_on as date_day,
        user_id,
        score as numerator,
        1 as denominator
    from scores
    where score is not null
    union all
    select
        account_id,
        'calls_scored' as metric_id,
        scored_on as date_day,
        user_id,
        1 as numerator,
        null as denominator
    from scores
    union all
    -- an appeal upheld is lost by who had scored
    select
        account_id,
        'appeals_lost_share' as metric_id,
        scored_on as date_day,
        scorer_user_id as user_id,
        appeals_upheld as numerator,
        appeals_upheld + appeals_rejected as denominator
    from {{ ref('call_scores') }}
    where appeals_upheld + appeals_rejected > 0
    union all
    select
        account_id,
        'stage_violations' as metric_id,
        broken_date as date_day,
        user_id,
        1 as numerator,
        null as denominator
    from {{ ref('fct_stage_violations') }}
    union all
    select
        demands.account_id,
        'standard_kept_share' as metric_id,
        {{ local_date('demands.entered_at', 'accounts.time_zone') }} as date_day,
        demands.owner_id as user_id,
        (
            not exists (
                select 1
                from {{ ref('int_people__breaches') }} as breaches
                where
                    breaches.account_id = demands.account_id
                    and breaches.lead_id = demands.lead_id
                    and breaches.visit_no = demands.visit_no
            )
        )::int as numerator,
        1 as denominator
    from (
        select distinct
            account_id,
            lead_id,
            visit_no,
            owner_id,
            entered_at
        from {{ ref('int_people__demands') }}
    ) as demands
    inner join {{ ref('stg_ops__accounts') }} as accounts on demands.account_id = accounts.account_id
    union all
    select
        account_id,
        'call_norm_share' as metric_id,
        date_day,
        user_id,
        successful_calls as numerator,
        norm as denominator
    from {{ ref('telemarketing_shortfall') }}
    where is_complete
    union all
    select
        account_id,
        'call_shortfall' as metric_id,
        date_day,
        user_id,
        shortfall as numerator,
        null as denominator
    from {{ ref('telemarketing_shortfall') }}
    where is_complete
    union all
    select
        account_id,
        'past_secretary_share' as metric_id,
        date_day,
        user_id,
        past_secretary as numerator,
        leads_called as denominator
    from {{ ref('telemarketing_shortfall') }}
    where leads_called > 0
    union all
    select
        account_id,
        'need_found_share' as metric_id,
        date_day,
        user_id,
        need_found as numerator,
        leads_called as denominator
    from {{ ref('telemarketing_shortfall') }}
    where leads_called > 0
    union all
    select
        account_id,
        'meetings_set' as metric_id,
        date_day,
        user_id,
        meetings_set as numerator,
        null as denominator
    from {{ ref('int_people__meetings_daily') }}
    where meetings_set > 0
    union all
    select
        account_id,
        'meetings_held' as metric_id,
        date_day,
        user_id,
        meetings_held as numerator,
        null as denominator
    from {{ ref('int_people__meetings_daily') }}
    where meetings_held > 0
    union all
    select
        account_id,
        'sales_load' as metric_id,
        date_day,
        user_id,
        open_leads as numerator,
        maximum_load as denominator
    from {{ ref('sales_load_daily') }}
    union all
    select
        account_id,
        'hours_load' as metric_id,
        month_start as date_day,
        user_id,
        actual_hours as numerator,
        capacity_hours as denominator
    from {{ ref('load_monthly') }}
    where actual_hours is not null and capacity_hours > 0
    union all
    select
        account_id,
        'contacts_done_share' as metric_id,
        due_on as date_day,
        user_id,
        (done_on is not null)::int as numerator,
        1 as denominator
    from {{ ref('planned_contacts') }}
    where state != 'ahead'
    union all
    select
        account_id,
        'contact_complaints' as metric_id,
        done_on as date_day,
        user_id,
        has_complaint::int as numerator,
        null as denominator
    from {{ ref('planned_contacts') }}
    where done_on is not null
    union all
    select
        account_id,
        'contact_satisfaction' as metric_id,
        done_on as date_day,
        user_id,
        satisfaction as numerator,
        1 as denominator
    from {{ ref('planned_contacts') }}
    where satisfaction is not null
    union all
    select
        account_id,
        'candidates_responded' as metric_id,
        responded_on as date_day,
        recruiter_user_id as user_id,
        1 as numerator,
        null as denominator
    from {{ ref('int_people__candidates') }}
    union all
    select
        account_id,
        'candidates_hired' as metric_id,
        hired_on as date_day,
        recruiter_user_id as user_id,
        1 as numerator,
        null as denominator
    from {{ ref('int_people__candidates') }}
    where hired_on is not null
    union all
    select
        roster.account_id,
        'certified_share' as metric_id,
        dates.date_day,
        roster.user_id,
        (
            exists (
                select 1
                from {{ ref('stg_sheets__certificates') }} as certificates
                where
                    certificates.account_id = roster.account_id
                    and certificates.user_id = roster.user_id
                    and dates.date_day >= certificates.valid_from
                    and dates.date_day <= coalesce(certificates.valid_to, 'infinity')
            )
        )::int as numerator,
        1 as denominator
    from {{ ref('int_people__roster') }} as roster
    inner join {{ ref('dim_dates') }} as dates
        on
            roster.account_id = dates.account_id
            and dates.is_working_day
            and dates.date_day between roster.from_day and roster.to_day
    where roster.account_id in (select sheet.account_id from {{ ref('stg_sheets__certificates') }} as sheet)
    union all
    select
        account_id,
        'posts_talks' as metric_id,
        done_on as date_day,
        user_id,
        1 as numerator,
        null as denominator
    from {{ ref('stg_sheets__posts_talks') }}
)

select
    account_id,
    metric_id,
    date_day,
    user_id,
    sum(numerator)::numeric as numerator,
    sum(denominator)::numeric as denominator
from contributions
group by account_id, metric_id, date_day, user_id
