"""What people are held to, worked out a second time in plain Python from the simulation's own facts."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.agency.sheets import sheets
from tests.support.built_warehouse import BuiltWarehouse
from tests.support.simulated import simulated_tenant
from voronka.runtime import demo_settings, demo_story

ZONES = {"sever": "Europe/Moscow", "altai": "Asia/Almaty"}
STANDARDS = {standard["stage"]: standard for standard in demo_settings.MEANINGS["stage_standards"]}
MARKS = {1: True, 0: False}


def _sheet(made: BuiltWarehouse, account: str, title: str) -> list[list[Any]]:
    return sheets(simulated_tenant(account), made.as_of)[title][1:]


@pytest.mark.parametrize("account", ZONES)
def test_the_demos_figures_are_the_truths(built_warehouse: BuiltWarehouse, account: str) -> None:
    figures = [figure for figure in demo_story.FIGURES if figure.truth.startswith("people.")]
    truth = built_warehouse.truth[account]["people"]
    found = {figure.truth: built_warehouse.value(figure.query, {"account": account}) for figure in figures}

    assert len(found) == 6
    assert found == {name: Decimal(str(truth[name.removeprefix("people.")])) for name in found}
    assert all(found.values())


@pytest.mark.parametrize("account", ZONES)
def test_scores_of_calls(built_warehouse: BuiltWarehouse, account: str) -> None:
    items: dict[str, list[list[Any]]] = defaultdict(list)
    for row in _sheet(built_warehouse, account, "Оценки"):
        if row[0] == "звонок":
            items[str(row[1])].append(row)
    expected = {}
    for call, rows in items.items():
        final = [(row[8], row[10] == "да", MARKS.get(row[9] if row[12] is None else row[12])) for row in rows]
        weight = sum(w for w, _, met in final if met is not None)
        met = (
            0
            if any(critical and met is False for _, critical, met in final)
            else sum(w for w, _, m in final if m)
        )
        expected[call] = round(Decimal(100 * met) / weight, 2) if weight else None
    found = built_warehouse.rows(
        "select s.source_subject_id, s.score, c.source_call_id from marts.call_scores as s"
        " left join marts.fct_calls as c using (account_id, call_id) where s.account_id = %s and subject_type = 'call'",
        (account,),
    )

    assert {row["source_subject_id"]: row["score"] for row in found} == expected
    assert all(row["source_subject_id"] == row["source_call_id"] for row in found)
    kpi = built_warehouse.rows(
        "select sum(numerator) as points, sum(denominator) as calls from marts.kpi_values"
        " where account_id = %s and metric_id = 'call_score_mean' and period_type = 'year' and subject_type = 'company'",
        (account,),
    )
    known = [score for score in expected.values() if score is not None]
    assert kpi == [{"points": sum(known), "calls": len(known)}]


@pytest.mark.parametrize("account", ZONES)
def test_samples_are_the_first_by_hash_of_each_week(built_warehouse: BuiltWarehouse, account: str) -> None:
    calls = built_warehouse.rows(
        "select call_id, user_id, started_date from marts.fct_calls"
        " where account_id = %s and user_id is not null and not is_spam and talk_seconds >= 60",
        (account,),
    )
    weeks: dict[tuple[str, date], list[str]] = defaultdict(list)
    for call in calls:
        monday = call["started_date"] - timedelta(days=call["started_date"].weekday())
        weeks[call["user_id"], monday].append(call["call_id"])
    expected = {
        (who, monday): sorted(
            ids, key=lambda one: hashlib.md5(one.encode(), usedforsecurity=False).hexdigest()
        )[:5]
        for (who, monday), ids in weeks.items()
    }
    found: dict[tuple[str, date], list[str]] = defaultdict(list)
    for row in built_warehouse.rows(
        "select * from marts.scorecard_samples where account_id = %s order by pick_no", (account,)
    ):
        found[row["user_id"], row["week_start"]].append(row["call_id"])

    assert found == expected
    assert max(len(ids) for ids in weeks.values()) > 5


class Standards:
    """A second judgement of an account's stays by its standards, walking the days."""

    def __init__(self, made: BuiltWarehouse, account: str) -> None:
        self._now, self._zone = made.as_of, ZoneInfo(ZONES[account])
        days = made.rows(
            "select date_day from marts.dim_dates where account_id = %s and is_working_day", (account,)
        )
        self._working = {row["date_day"] for row in days}

    def due(self, start: datetime, hours: float, clock: str) -> datetime:
        """The moment that many hours after ``start``."""
        left = timedelta(hours=hours)
        if clock == "calendar":
            return start + left
        moment = start.astimezone(self._zone)
        while True:
            opens, closes = (moment.replace(hour=h, minute=0, second=0, microsecond=0) for h in (9, 18))
            if moment.date() in self._working and moment < closes:
                begun = max(moment, opens)
                if begun + left <= closes:
                    return begun + left
                left -= closes - begun
            moment = opens.replace(hour=0) + timedelta(days=1)

    def broken(self, stretches: list[tuple[datetime, datetime | None]], hours: float, clock: str) -> Any:
        """(first moment out of line, whether still) of the stretches that lasted too long; None when none did."""
        long = [
            (due, end)
            for start, end in stretches
            for due in (self.due(start, hours, clock),)
            if due < (end or self._now)
        ]
        return (min(due for due, _ in long), any(end is None for _, end in long)) if long else None


def _gaps(
    start: datetime, end: datetime | None, tasks: list[tuple[datetime, datetime | None]]
) -> list[tuple[datetime, datetime | None]]:
    """Stretches of a stay that no task covers."""
    far = datetime.max.replace(tzinfo=start.tzinfo)
    gaps, free = [], start
    for opened, closed in sorted(tasks, key=lambda task: task[0]):
        if opened > free and free < (end or far):
            gaps.append((free, min(opened, end or far)))
        free = max(free, closed or far)
    if free < (end or far):
        gaps.append((free, end))
    return gaps


@pytest.mark.parametrize("account", ZONES)
def test_violations_of_stage_standards(built_warehouse: BuiltWarehouse, account: str) -> None:
    judge = Standards(built_warehouse, account)
    visits = built_warehouse.rows(
        "select v.*, s.stage_name, l.subject_area, l.site_type from marts.fct_stage_visits as v"
        " inner join marts.dim_stages as s using (account_id, stage_id)"
        " inner join marts.fct_leads as l using (account_id, lead_id)"
        " where v.account_id = %s and v.is_counted and s.pipeline_name = 'Продажи'",
        (account,),
    )
    tasks: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for task in simulated_tenant(account).at(built_warehouse.as_of).tasks:
        done = task.completed_at if task.completed_at and task.completed_at <= built_warehouse.as_of else None
        tasks[str(task.lead_id)].append((task.created_at, done))
    expected = {}
    for visit in visits:
        standard = STANDARDS.get(visit["stage_name"])
        if standard is None:
            continue
        start, end, clock = visit["entered_at"], visit["exited_at"], standard.get("clock", "working")
        grace = standard.get("grace_hours", 1)
        empty = [
            field
            for field, value in (("Тематика", visit["subject_area"]), ("Тип сайта", visit["site_type"]))
            if field in standard.get("required_fields", []) and not value
        ]
        found = {("field", field): judge.broken([(start, end)], grace, clock) for field in empty}
        found["time", None] = judge.broken([(start, end)], standard["max_hours"], clock)
        found["task", None] = judge.broken(_gaps(start, end, tasks[visit["source_lead_id"]]), grace, clock)
        for (rule, field), broken in found.items():
            if broken:
                expected[visit["lead_id"], visit["visit_no"], rule, field] = broken
    rows = built_warehouse.rows("select * from marts.fct_stage_violations where account_id = %s", (account,))

    assert {
        (row["lead_id"], row["visit_no"], row["rule"], row["field"]): (row["broken_at"], row["is_open"])
        for row in rows
    } == expected
    assert {row["rule"] for row in rows} == {"field", "task", "time"}
    standing = built_warehouse.value(
        "select sum(standing) from marts.stage_violations_daily where account_id = %s"
        " and date_day = (%s::timestamptz at time zone %s)::date",
        (account, built_warehouse.as_of, ZONES[account]),
    )
    assert standing == sum(is_open for _, is_open in expected.values()) > 0


def test_people_of_other_accounts_stay_apart(built_warehouse: BuiltWarehouse) -> None:
    tables = built_warehouse.rows(
        "select table_name from information_schema.columns where table_schema = 'marts' and column_name = 'user_id'"
        " and table_name in ('call_scores', 'fct_stage_violations', 'telemarketing_shortfall', 'load_monthly',"
        " 'planned_contacts', 'sales_load_daily', 'recruiting_monthly', 'certificates_current')"
    )

    assert len(tables) == 8
    for table in tables:
        rows = built_warehouse.rows(
            f"select count(*) as wrong from marts.{table['table_name']} where user_id not like account_id || ':%%'"
        )
        assert rows == [{"wrong": 0}], table
