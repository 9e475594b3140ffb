"""Small sound marts for two accounts, with the columns that the contract promises and the suites read."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from tests.unit.quality.raw_data import ACCOUNTS

# table: (columns, the values of one row of an account; {a} is the account)
TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "dim_users": ("user_id text, user_name text, is_active boolean", ("'{a}-u1', 'Irina', true",)),
    "dim_stages": (
        "pipeline_id text, stage_id text, stage_order int, stage_type text, is_step boolean, is_listed boolean",
        (
            "'{a}-p', '{a}-s1', 1, 'open', true, true",
            "'{a}-p', '{a}-s142', 2, 'won', true, true",
            "'{a}-p', '{a}-s143', 3, 'lost', false, true",
        ),
    ),
    "dim_clients": ("client_id text, first_paid_on date", ("'{a}-c1', '2026-10-01'",)),
    "fct_leads": (
        "lead_id text, source_lead_id text, pipeline_id text, stage_id text, status text, is_deleted boolean,"
        " is_spam boolean, is_duplicate boolean, source text, amount numeric, created_at timestamptz, cycle_days int,"
        " first_response_minutes numeric, first_response_work_minutes numeric, attempt_no int, is_counted boolean",
        (
            "'{a}-l1', '1', '{a}-p', '{a}-s1', 'open', false, false, false, 'site', 1000, '2026-11-20 10:00+00',"
            " 0, 30, 10, 1, true",
        ),
    ),
    "fct_stage_visits": (
        "lead_id text, visit_no int, pipeline_id text, stage_id text, entered_at timestamptz, exited_at timestamptz,"
        " is_assumed boolean",
        ("'{a}-l1', 1, '{a}-p', '{a}-s1', '2026-11-20 10:00+00', null, false",),
    ),
    "fct_lead_steps": (
        "lead_id text, stage_id text, reached_any boolean, reached_strict boolean, reached_filled boolean,"
        " days_from_creation int",
        ("'{a}-l1', '{a}-s1', true, true, true, 0", "'{a}-l1', '{a}-s142', false, false, false, null"),
    ),
    "funnel_cohorts": (
        "cohort_month date, pipeline_id text, stage_id text, stage_order int, leads_filled int",
        ("'2026-11-01', '{a}-p', '{a}-s1', 1, 10", "'2026-11-01', '{a}-p', '{a}-s142', 2, 4"),
    ),
    "funnel_flow_daily": (
        "date_day date, pipeline_id text, stage_id text, entries int, exits int, stock int",
        ("'2026-11-23', '{a}-p', '{a}-s1', 1, 0, 1", "'2026-11-24', '{a}-p', '{a}-s1', 0, 0, 1"),
    ),
    "fct_calls": (
        "provider text, call_id text, source_call_id text, direction text, started_at timestamptz, is_missed boolean,"
        " talk_seconds int, wait_seconds int, recovered_after_seconds int",
        ("'uis', '{a}-c1', '1', 'in', '2026-11-22 07:00+00', false, 60, 5, null",),
    ),
    "fct_call_legs": (
        "leg_id text, call_id text, talk_seconds int, started_at timestamptz, ended_at timestamptz,"
        " call_started_at timestamptz",
        (
            "'{a}-c1-1', '{a}-c1', null, '2026-11-22 07:00+00', '2026-11-22 07:00:03+00', '2026-11-22 07:00+00'",
            "'{a}-c1-2', '{a}-c1', 60, '2026-11-22 07:00:03+00', '2026-11-22 07:01:05+00', '2026-11-22 07:00+00'",
        ),
    ),
    "fct_payments": (
        "payment_id text, client_id text, paid_at timestamptz, amount numeric, is_deleted boolean",
        (
            "'{a}-p1', '{a}-c1', '2026-10-01 09:00+00', 500, false",
            "'{a}-p2', '{a}-c1', '2026-10-02', 70, true",
        ),
    ),
    "fct_contract_months": (
        "contract_id text, client_id text, month_start date, mrr numeric, is_account_currency boolean",
        ("'{a}-k1', '{a}-c1', '2026-11-01', 500, true",),
    ),
    "mrr_movements_monthly": (
        "client_id text, month_start date, mrr_end numeric",
        ("'{a}-c1', '2026-11-01', 500", "'{a}-c2', '2026-11-01', 0"),
    ),
    "mrr_monthly": ("month_start date, mrr_end numeric", ("'2026-11-01', 500",)),
    "retention_cohorts": (
        "cohort_month date, months_since int, revenue numeric",
        ("'2026-10-01', 0, 500", "'2026-10-01', 1, 0"),
    ),
    "repeat_purchase": ("month_start date, clients int", ("'2026-11-01', 1",)),
    "client_ltv": ("client_id text, revenue numeric", ("'{a}-c1', 500", "'{a}-c2', 0")),
    "ltv_segments": (
        "segment_type text, segment_value text, clients int",
        ("'all', 'all', 2", "'region', null, 2"),
    ),
    "fct_positions": (
        "project_id text, keyword text, engine text, region text, device text, checked_on date, position int,"
        " state text, depth int",
        (
            "'{a}-41', 'seo', 'yandex', 'Moscow', 'desktop', '2026-11-22', 7, 'found', 100",
            "'{a}-41', 'sea', 'yandex', 'Moscow', 'desktop', '2026-11-22', null, 'not_found', 100",
        ),
    ),
    "position_summary_daily": (
        "project_id text, engine text, region text, device text, checked_on date, keywords int, checked int,"
        " found int, top3_share numeric, top10_share numeric, top30_share numeric, top50_share numeric,"
        " top100_share numeric, mean_position numeric, visibility_topvisor numeric, visibility_seranking numeric,"
        " visibility_linear numeric",
        (
            "'{a}-41', 'yandex', 'Moscow', 'desktop', '2026-11-22', 2, 2, 1, 0, 0.5, 0.5, 0.5, 0.5, 54, 0.25, 0.25,"
            " 0.2",
        ),
    ),
    "fct_query_averages": (
        "project_id text, query text, shown_on date, ctr numeric, average_position numeric",
        ("'{a}-site', 'seo', '2026-11-22', 0.04, 8", "'{a}-site', 'sea', '2026-11-22', null, null"),
    ),
    "query_averages_daily": (
        "project_id text, device text, shown_on date, ctr numeric, average_position numeric",
        ("'{a}-site', 'mobile', '2026-11-22', 0.04, 8",),
    ),
    "velocity_monthly": ("month_start date, pipeline_id text", ("'2026-11-01', '{a}-p'",)),
    "source_monthly": (
        "month_start date, source text, channel text, leads int",
        ("'2026-11-01', 'site', null, 1",),
    ),
    "win_curves_monthly": ("cohort_month date, pipeline_id text, leads int", ("'2026-11-01', '{a}-p', 1",)),
    "handovers_monthly": (
        "month_start date, from_division text, to_division text, handovers int, taken_up int",
        ("'2026-11-01', null, 'sales', 2, 1",),
    ),
    "weak_links_monthly": (
        "month_start date, pipeline_id text, stage_id text, user_id text, leads_cost numeric, weak_rank int",
        ("'2026-09-01', '{a}-p', '{a}-s1', '{a}-u1', 1.5, 1",),
    ),
    "lead_recycling": (
        "lead_id text, episode_no int, started_date date, is_listed boolean, next_contact_date date",
        ("'{a}-l1', 1, '2026-11-20', true, '2026-11-25'",),
    ),
    "recycling_monthly": ("month_start date, episode_kind text, entered int", ("'2026-11-01', 'lost', 1",)),
    "kpi_rankings": (
        "contest text, period_type text, period_start date, rank int",
        ("'sales', 'month', '2026-11-01', 1", "'sales', 'month', '2026-11-01', 1"),
    ),
    "kpi_values": (
        "metric_id text, period_type text, period_start date, subject_id text, numerator numeric,"
        " denominator numeric, fact numeric",
        ("'leads', 'week', '2026-11-16', '{a}-u1', 1, null, 1",),
    ),
}


def build(transformer: Connection[Any]) -> None:
    """Make every table and fill it for both accounts."""
    for table, (columns, rows) in TABLES.items():
        transformer.execute(f"create table marts.{table} (account_id text, {columns})")
        for account_id in ACCOUNTS:
            for row in rows:
                transformer.execute(
                    f"insert into marts.{table} values ('{account_id}', {row.format(a=account_id)})"
                )
    transformer.execute(
        "create table marts.dim_dates as select a as account_id, d::date as date_day"
        " from unnest(array['north', 'south']) as a cross join generate_series("
        " timestamp '2025-01-01', timestamp '2027-12-31', interval '1 day') as d"
    )
    transformer.execute(
        "create table marts.metrics as select 'leads' as metric_id, 'Лиды' as name_ru, 'Leads' as name_en,"
        " 'число лидов' as formula_ru, 'number of leads' as formula_en"
    )
