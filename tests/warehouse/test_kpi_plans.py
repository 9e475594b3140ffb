"""Plans and paces of kpi_values, worked out anew with pandas from the sheets as they were received and the calendar."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from tests.support.built_warehouse import BuiltWarehouse
from tests.support.sandbox import ROOT

ZONES = {"sever": "Europe/Moscow", "altai": "Asia/Almaty"}
COUNTRIES = {"sever": "RU", "altai": "KZ"}
OFFSETS = {"week": pd.DateOffset(days=7), "month": pd.DateOffset(months=1), "quarter": pd.DateOffset(months=3),
           "year": pd.DateOffset(years=1)}  # fmt: skip


def _payloads(built: BuiltWarehouse, sheet: str, account: str) -> pd.DataFrame:
    rows = built.rows(
        f"select payload from raw.sheets_{sheet} where account_id = %s and deleted_at is null", (account,)
    )
    table = pd.DataFrame([row["payload"] for row in rows]).astype(object)
    return table.where(table.notna(), None)


def _user_ids(built: BuiltWarehouse, account: str) -> dict[str, str]:
    return {
        row["payload"]["email"].lower(): f"{account}:amocrm:{row['source_id']}"
        for row in built.rows(
            "select source_id, payload from raw.amocrm_users where account_id = %s", (account,)
        )
    }


def _working_days(account: str, first: Any, until: Any) -> int:
    """From a day to the day before another, by the calendar as it was published."""
    calendar = pd.read_csv(
        ROOT / "dbt_project" / "seeds" / "production_calendar.csv", parse_dates=["date_day"]
    )
    own = calendar[calendar["country_code"] == COUNTRIES[account]].set_index("date_day")["is_working_day"]
    days = pd.date_range(first, until, inclusive="left")
    return int(own.reindex(days).fillna(pd.Series(days.dayofweek < 5, index=days)).astype(bool).sum())


def _today(built: BuiltWarehouse, account: str) -> date:
    return built.as_of.astimezone(ZoneInfo(ZONES[account])).date()


def _given(built: BuiltWarehouse, account: str) -> pd.DataFrame:
    """Month plans of the latest version, by subject as kpi_values names it."""
    plans = _payloads(built, "plans", account)
    users = _user_ids(built, account)
    plans["subject"] = [
        users[row.owner.lower()] if row.owner else f"{account}:team:{row.scope}" if row.scope else account
        for row in plans.itertuples()
    ]
    plans["value"] = plans["value"].map(Decimal)
    plans["start"] = pd.to_datetime(plans["period_start"])
    assert set(plans["period_type"]) == {"month"}
    return plans.sort_values("version").groupby(["metric", "subject", "start"], as_index=False).last()


def _quarters(months: pd.DataFrame) -> pd.DataFrame:
    quarters = months.assign(start=months["start"].dt.to_period("Q").dt.start_time)
    grouped = quarters.groupby(["metric", "subject", "start"])["value"].agg(["sum", "count"]).reset_index()
    return grouped[grouped["count"] == 3].rename(columns={"sum": "value"})[
        ["metric", "subject", "start", "value"]
    ]


def _split(
    built: BuiltWarehouse, account: str, quarters: pd.DataFrame
) -> dict[tuple[str, str, date], Decimal]:
    """The sheet of staff has one row per person and nobody with a plan of the metric that teams have."""
    staff, users = _payloads(built, "roster", account), _user_ids(built, account)
    shares: dict[tuple[str, str, date], Decimal] = {}
    for plan in quarters[quarters["subject"].str.contains(":team:")].itertuples():
        team = staff[staff["team"] == plan.subject.split(":team:")[1]]
        end = plan.start + pd.DateOffset(months=3)
        weights = [
            (Decimal(row.role_coefficient) * days, users[row.email.lower()])
            for row in team.itertuples()
            if (days := _working_days(account, max(plan.start, pd.Timestamp(row.valid_from)), end))
        ]
        total, passed, given = sum(weight for weight, _ in weights), Decimal(0), Decimal(0)
        for weight, user in sorted(weights, key=lambda one: (-one[0], one[1])):
            passed += weight
            up_to = (plan.value * passed / total).quantize(Decimal(1), ROUND_HALF_UP)
            shares[plan.metric, user, plan.start.date()] = up_to - given
            given = up_to
    return shares


@pytest.mark.parametrize("account", ZONES)
def test_plans_are_those_of_the_sheets(built_warehouse: BuiltWarehouse, account: str) -> None:
    today = _today(built_warehouse, account)
    months = _given(built_warehouse, account)
    quarters = _quarters(months)
    expected = {
        (row.metric, kind, row.subject, row.start.date()): row.value
        for kind, plans in (("month", months), ("quarter", quarters))
        for row in plans.itertuples()
        if row.start.date() <= today
    } | {
        (metric, "quarter", user, start): value
        for (metric, user, start), value in _split(built_warehouse, account, quarters).items()
        if start <= today
    }
    rows = built_warehouse.rows(
        "select * from marts.kpi_values where account_id = %s and plan is not null", (account,)
    )

    found = {
        (row["metric_id"], row["period_type"], row["subject_id"], row["period_start"]): row for row in rows
    }

    assert {key: row["plan"] for key, row in found.items()} == expected
    assert {key[1] for key in expected} == {"month", "quarter"}
    assert {row["plan_basis"] for row in rows} == {"own", "months", "team"}
    for row in rows:
        if row["plan"]:
            assert abs(row["plan_fact_pct"] - row["fact"] / row["plan"]) < Decimal("0.000001")
        else:
            assert row["plan_fact_pct"] is None


@pytest.mark.parametrize("account", ZONES)
def test_running_periods_have_the_pace_of_their_working_days(
    built_warehouse: BuiltWarehouse, account: str
) -> None:
    """The day before a week ends, the first day of a month: the week has passed, the month has not begun to work."""
    today = _today(built_warehouse, account)
    rows = built_warehouse.rows(
        """
        select period_type, period_start, fact, run_rate, metric_id, is_complete
        from marts.kpi_values inner join marts.metrics using (metric_id)
        where account_id = %s and period_type != 'day' and aggregation = 'sum' and fact > 0
        """,
        (account,),
    )

    assert {row["period_type"] for row in rows if row["run_rate"] is not None} == {"week", "quarter", "year"}
    for row in rows:
        first = pd.Timestamp(row["period_start"])
        end = first + OFFSETS[row["period_type"]]
        elapsed = _working_days(account, first, pd.Timestamp(today) + pd.Timedelta(days=1))
        if row["is_complete"] or not elapsed:
            assert row["run_rate"] is None, row
        else:
            expected = row["fact"] * _working_days(account, first, end) / elapsed
            assert abs(row["run_rate"] - expected) < Decimal("0.0001"), row
