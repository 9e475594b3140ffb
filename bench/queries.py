"""What a dashboard asks: a head of sales, a head of agency, a project manager and a telephony screen, one account each."""

from __future__ import annotations

QUERIES = {
    "leads of the last 30 days by source": """
        select source, count(*), count(*) filter (where status = 'won'), sum(amount) filter (where status = 'won')
        from marts.fct_leads
        where account_id = %(account)s and is_counted and created_date > %(today)s - 30
        group by source order by 2 desc
    """,
    "open leads of a user": """
        select lead_id, stage_id, amount, created_at from marts.fct_leads
        where account_id = %(account)s and user_id = %(account)s || ':amocrm:9100025' and status = 'open' and is_counted
        order by created_at limit 100
    """,
    "a lead's path": """
        select stage_id, entered_at, exited_at from marts.fct_stage_visits
        where account_id = %(account)s and lead_id = %(account)s || ':amocrm:25000777' order by visit_no
    """,
    "cohort conversion of a year": """
        select cohort_month, stage_id, leads_filled, conversion_from_first from marts.funnel_cohorts
        where account_id = %(account)s and cohort_month > %(today)s - 365 order by 1, stage_order
    """,
    "stock of the last 90 days": """
        select date_day, stage_id, stock from marts.funnel_flow_daily
        where account_id = %(account)s and date_day > %(today)s - 90 order by 1
    """,
    "sources of a year": """
        select source, sum(leads), sum(won), sum(revenue), sum(cost) from marts.source_monthly
        where account_id = %(account)s and month_start > %(today)s - 365 group by source
    """,
    "velocity": """
        select * from marts.velocity_monthly where account_id = %(account)s order by month_start
    """,
    "figures of a month by user": """
        select subject_name, metric_id, fact, change_pct from marts.kpi_values
        where account_id = %(account)s and period_type = 'month' and subject_type = 'user'
            and period_start = date_trunc('month', %(today)s::date)::date
    """,
    "a metric by day over a year": """
        select period_start, fact from marts.kpi_values
        where subject_id = %(account)s and metric_id = 'leads_created' and period_type = 'day'
            and period_start > %(today)s - 365 order by 1
    """,
    "missed calls of a week by hour": """
        select extract(hour from started_at)::int, count(*), count(*) filter (where recovered_by is not null)
        from marts.fct_calls
        where account_id = %(account)s and started_date > %(today)s - 7 and is_missed and not is_spam
        group by 1 order by 1
    """,
    "calls of a user in a month": """
        select started_date, count(*), sum(talk_seconds) from marts.fct_calls
        where account_id = %(account)s and user_id = %(account)s || ':amocrm:9100005' and started_date > %(today)s - 30
        group by 1 order by 1
    """,
    "visibility of a project": """
        select checked_on, engine, visibility_topvisor, top10_share from marts.position_summary_daily
        where account_id = %(account)s and project_id = %(account)s || ':topvisor:410' and checked_on > %(today)s - 90
        order by 1
    """,
    "places of a project today": """
        select keyword, engine, position, url from marts.fct_positions
        where account_id = %(account)s and project_id = %(account)s || ':topvisor:410' and checked_on = %(today)s
    """,
    "movements of a project in a week": """
        select keyword, engine, movement, event from marts.position_movements_daily
        where account_id = %(account)s and checked_on > %(today)s - 7 and project_id = %(account)s || ':topvisor:410'
    """,
    "recurring revenue": "select * from marts.mrr_monthly where account_id = %(account)s order by month_start",
    "retention": """
        select cohort_month, months_since, retention from marts.retention_cohorts where account_id = %(account)s
    """,
}
