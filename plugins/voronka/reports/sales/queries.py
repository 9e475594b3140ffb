"""The week's values out of the marts. Nothing is computed here that a mart holds."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import Connection

from voronka.config import Account
from voronka.domain.errors import NotPublished
from voronka.domain.periods import Period
from voronka.reports.common import Figure, Metric, as_float, metrics, read
from voronka.reports.sales.context import (
    Cohort,
    CohortCell,
    Funnel,
    FunnelStep,
    Manager,
    MissedCalls,
    SalesReport,
    StockRow,
    WeekPoint,
)

COMPANY = (
    "leads_created",
    "leads_won",
    "won_amount",
    "win_rate_narrow",
    "missed_share",
    "first_response_work_minutes_median",
)
MANAGER = (
    "leads_created",
    "leads_won",
    "won_amount",
    "win_rate_narrow",
    "calls_outgoing",
    "calls_successful_30s",
    "calls_missed",
    "callback_minutes_mean",
    "first_response_work_minutes_median",
)
TOLD_TOO = ("leads_filled", "conversion_from_first", "open_leads")
TREND_WEEKS = 12
COHORTS = 4


def sales_report(
    connection: Connection[Any], account: Account, period: Period, *, as_of: datetime, run_id: str
) -> SalesReport:
    """An account's week.

    Raises:
        NotPublished: when the marts have no figure of that week.
    """
    ids = tuple(dict.fromkeys((*COMPANY, *MANAGER, *TOLD_TOO)))
    known = {metric.metric_id: metric for metric in metrics(connection, account.id, ids)}
    week = {"account": account.id, "start": period.start, "end": period.end, "metrics": list(ids)}
    rows = read(
        connection,
        """
        select metric_id, subject_type, subject_id, subject_name, numerator, denominator, fact, previous_fact
        from marts.kpi_values
        where account_id = %(account)s and period_type = 'week' and period_start = %(start)s
            and metric_id = any(%(metrics)s) and subject_type in ('user', 'company')
        """,
        week,
    )
    company = {row["metric_id"]: row for row in rows if row["subject_type"] == "company"}
    if not company:
        raise NotPublished(
            f"Account {account.id} has no figures of the week {period}.",
            remedy="choose a week for which leads or calls are loaded, or load it and run voronka transform.",
        )
    closed = company.get("win_rate_narrow", {}).get("denominator")
    return SalesReport(
        account_id=account.id,
        account_name=account.name,
        time_zone=account.time_zone,
        currency=account.currency,
        period=str(period),
        as_of=as_of,
        run_id=run_id,
        metrics=tuple(known[i] for i in ids if i in known),
        figures=tuple(_figure(known[i], company.get(i)) for i in COMPANY if i in known),
        closed=None if closed is None else int(closed),
        trend=_trend(connection, week),
        funnels=_funnels(connection, account, period, as_of),
        manager_metrics=tuple(i for i in MANAGER if i in known),
        managers=_managers(connection, week, [r for r in rows if r["subject_type"] == "user"], known),
        missed=_missed(connection, week, account.time_zone),
        stock=_stock(connection, week),
    )


def _figure(metric: Metric, row: dict[str, Any] | None) -> Figure:
    fact = as_float(row["fact"]) if row else None
    previous = as_float(row["previous_fact"]) if row else None
    return Figure(
        metric_id=metric.metric_id,
        unit=metric.unit,
        direction=metric.direction,
        value=fact,
        change=None if fact is None or previous is None else fact - previous,
    )


def _managers(
    connection: Connection[Any], week: dict[str, Any], rows: list[dict[str, Any]], known: dict[str, Metric]
) -> tuple[Manager, ...]:
    """People with anything but zero in the week, most won first."""
    teams = {
        row["user_id"]: row["team"]
        for row in read(
            connection, "select user_id, team from marts.dim_users where account_id = %(account)s", week
        )
    }
    of: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        if row["metric_id"] in MANAGER:
            of[row["subject_id"]][row["metric_id"]] = row
    made = []
    for user_id, facts in of.items():
        if not any(row["fact"] for row in facts.values()):
            continue
        name = next(iter(facts.values()))["subject_name"] or user_id
        figures = tuple(_figure(known[i], facts.get(i)) for i in MANAGER if i in known)
        won = float(facts.get("won_amount", {}).get("fact") or 0)
        made.append((-won, name, user_id, Manager(name=name, team=teams.get(user_id), figures=figures)))
    return tuple(entry[-1] for entry in sorted(made, key=lambda entry: entry[:3]))


def _trend(connection: Connection[Any], week: dict[str, Any]) -> tuple[WeekPoint, ...]:
    first = week["start"] - timedelta(weeks=TREND_WEEKS - 1)
    facts: dict[tuple[date, str], float | None] = {}
    for row in read(
        connection,
        """
        select period_start, metric_id, fact from marts.kpi_values
        where account_id = %(account)s and period_type = 'week' and subject_type = 'company'
            and metric_id in ('leads_created', 'leads_won') and period_start between %(first)s and %(start)s
        """,
        {**week, "first": first},
    ):
        facts[row["period_start"], row["metric_id"]] = as_float(row["fact"])
    mondays = [first + timedelta(weeks=n) for n in range(TREND_WEEKS)]
    return tuple(
        WeekPoint(monday=m, created=facts.get((m, "leads_created")), won=facts.get((m, "leads_won")))
        for m in mondays
    )


def _funnels(
    connection: Connection[Any], account: Account, period: Period, as_of: datetime
) -> tuple[Funnel, ...]:
    current = Period.containing(period.end, "month")
    months = [current]
    while len(months) < COHORTS:
        months.insert(0, months[0].previous)
    cells: dict[str, dict[tuple[str, date], CohortCell]] = defaultdict(dict)
    steps: dict[str, dict[str, str]] = defaultdict(dict)
    names: dict[str, str] = {}
    for row in read(
        connection,
        """
        select stages.pipeline_id, stages.pipeline_name, stages.stage_id, stages.stage_name, cohorts.cohort_month,
            cohorts.leads_filled, cohorts.conversion_from_previous, cohorts.conversion_from_first
        from marts.funnel_cohorts as cohorts
        inner join marts.dim_stages as stages
            on cohorts.account_id = stages.account_id and cohorts.pipeline_id = stages.pipeline_id
            and cohorts.stage_id = stages.stage_id
        where cohorts.account_id = %(account)s and cohorts.cohort_month between %(first)s and %(last)s
            and stages.is_step
        order by stages.pipeline_sort, stages.pipeline_id, cohorts.stage_order
        """,
        {"account": account.id, "first": months[0].start, "last": current.start},
    ):
        pipeline = row["pipeline_id"]
        names[pipeline] = row["pipeline_name"]
        steps[pipeline][row["stage_id"]] = row["stage_name"]
        cells[pipeline][row["stage_id"], row["cohort_month"]] = CohortCell(
            leads=row["leads_filled"],
            from_previous=as_float(row["conversion_from_previous"]),
            from_first=as_float(row["conversion_from_first"]),
        )
    return tuple(
        Funnel(
            pipeline_name=names[pipeline],
            cohorts=tuple(
                Cohort(month=m.start, is_unfinished=not m.is_complete(as_of, account.time_zone))
                for m in months
            ),
            steps=tuple(
                FunnelStep(
                    stage_name=name, cells=tuple(cells[pipeline].get((stage, m.start)) for m in months)
                )
                for stage, name in steps[pipeline].items()
            ),
        )
        for pipeline in names
    )


def _missed(connection: Connection[Any], week: dict[str, Any], time_zone: str) -> MissedCalls:
    rows = read(
        connection,
        """
        select extract(hour from started_at at time zone %(zone)s)::int as hour, is_repeat, recovered_by,
            is_working_time, client_number_key is null as is_withheld, count(*)::int as calls
        from marts.fct_calls
        where account_id = %(account)s and started_date between %(start)s and %(end)s and is_missed and not is_spam
        group by 1, 2, 3, 4, 5
        """,
        {**week, "zone": time_zone},
    )
    attempts = [row for row in rows if not row["is_repeat"]]

    def total(**wanted: object) -> int:
        return sum(
            row["calls"] for row in attempts if all(row[name] == value for name, value in wanted.items())
        )

    return MissedCalls(
        attempts=total(),
        repeats=sum(row["calls"] for row in rows if row["is_repeat"]),
        by_us=total(recovered_by="us"),
        by_client=total(recovered_by="client"),
        in_working_time=total(is_working_time=True),
        withheld=total(is_withheld=True),
        hours=tuple(
            (
                hour,
                total(hour=hour, recovered_by="us"),
                total(hour=hour, recovered_by="client"),
                total(hour=hour, recovered_by=None),
            )
            for hour in sorted({row["hour"] for row in attempts})
        ),
    )


def _stock(connection: Connection[Any], week: dict[str, Any]) -> tuple[StockRow, ...]:
    rows = read(
        connection,
        """
        select stages.pipeline_name, stages.stage_name, now.stock, before.stock as before
        from marts.funnel_flow_daily as now
        inner join marts.dim_stages as stages
            on now.account_id = stages.account_id and now.stage_id = stages.stage_id
        left join marts.funnel_flow_daily as before
            on now.account_id = before.account_id and now.stage_id = before.stage_id
            and before.date_day = %(start)s::date - 1
        where now.account_id = %(account)s and stages.stage_type = 'open'
            and now.date_day = (
                select max(date_day) from marts.funnel_flow_daily
                where account_id = %(account)s and date_day <= %(end)s
            )
        order by stages.pipeline_sort, stages.pipeline_id, stages.is_incoming desc, stages.stage_order
        """,
        week,
    )
    return tuple(StockRow(**row) for row in rows if row["stock"] or row["before"])
