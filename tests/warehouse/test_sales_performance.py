"""Velocity, sources and win curves worked out a second time in pandas, from fct_leads alone."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from tests.support.built_warehouse import BuiltWarehouse

ZONES = {"sever": "Europe/Moscow", "altai": "Asia/Almaty"}


def _leads(built: BuiltWarehouse, account: str) -> pd.DataFrame:
    """Counted leads with their local month of creation, closing and qualification."""
    rows = built.rows(
        """
        select pipeline_id, status, source, channel, amount::float8 as amount, created_at, mql_at, sql_at,
            coalesce(won_at, lost_at) as closed_at
        from marts.fct_leads where account_id = %s and is_counted
        """,
        (account,),
    )
    leads = pd.DataFrame(rows)
    for moment in ("created_at", "mql_at", "sql_at", "closed_at"):
        local = (
            pd.to_datetime(leads[moment], utc=True)
            .dt.tz_convert(ZoneInfo(ZONES[account]))
            .dt.tz_localize(None)
        )
        leads[moment.replace("_at", "_day")] = local.dt.normalize()
        leads[moment.replace("_at", "_month")] = local.dt.to_period("M")
    is_won = leads["status"] == "won"
    leads["cycle"] = (leads["closed_day"] - leads["created_day"]).dt.days.where(is_won)
    return leads


def _near(found: Any, expected: Any, digits: int) -> bool:
    if pd.isna(expected):
        return found is None
    return found is not None and abs(float(found) - float(expected)) <= 0.51 * 10**-digits


@pytest.mark.parametrize("account", ZONES)
def test_velocity(built_warehouse: BuiltWarehouse, account: str) -> None:
    leads = _leads(built_warehouse, account)
    rows = built_warehouse.rows("select * from marts.velocity_monthly where account_id = %s", (account,))
    speeds = 0

    assert {(r["pipeline_id"], str(r["month_start"])[:7]) for r in rows} >= {
        (pipeline, str(month))
        for pipeline, month in zip(leads["pipeline_id"], leads["created_month"], strict=True)
    }
    for row in rows:
        month = pd.Period(row["month_start"], "M")
        here = leads[leads["pipeline_id"] == row["pipeline_id"]]
        closed = here[here["closed_month"] == month]
        won = closed[closed["status"] == "won"]
        paid = won[won["amount"] > 0]
        still_open = here["closed_month"].isna() | (here["closed_month"] > month)
        qualified = int(((here["sql_month"] <= month) & still_open).sum())
        rate = len(won) / len(closed) if len(closed) else None
        cheque, cycle = paid["amount"].mean(), won["cycle"].mean()
        speed = None
        if rate and not pd.isna(cheque) and cycle > 0:
            speed = qualified * cheque * rate / cycle
            speeds += 1

        assert (row["qualified_open"], row["won"], row["lost"]) == (
            qualified,
            len(won),
            len(closed) - len(won),
        )
        assert _near(row["win_rate"], rate, 6)
        assert _near(row["average_cheque"], cheque, 2)
        assert _near(row["cycle_days_mean"], cycle, 2)
        assert _near(row["cycle_days_median"], won["cycle"].median(), 1)
        assert _near(row["velocity_per_day"], speed, 2), row
    assert speeds > 0


def _quotient(numerator: Decimal, denominator: int, digits: int) -> Decimal | None:
    """Rounded as the database rounds; None without a denominator."""
    if not denominator:
        return None
    return (numerator / denominator).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _spend(built: BuiltWarehouse, account: str) -> dict[tuple[str, str | None, str | None], Decimal]:
    """Cost by month, source and channel, from the sheet's rows as they were received."""
    costs: dict[tuple[str, str | None, str | None], Decimal] = defaultdict(Decimal)
    rows = built.rows(
        "select payload from raw.sheets_spend where account_id = %s and deleted_at is null", (account,)
    )
    for row in rows:
        line = row["payload"]
        costs[line["period_start"][:7], line.get("source"), line.get("channel")] += Decimal(line["amount"])
    return costs


@pytest.mark.parametrize("account", ZONES)
def test_sources(built_warehouse: BuiltWarehouse, account: str) -> None:
    leads = _leads(built_warehouse, account)
    costs = _spend(built_warehouse, account)
    groups = {}
    for (month, source, channel), group in leads.groupby(
        ["created_month", "source", "channel"], dropna=False
    ):
        groups[str(month), *(None if pd.isna(part) else part for part in (source, channel))] = group
    expected = {}
    for key in groups.keys() | costs.keys():
        group = groups.get(key, leads.iloc[:0])
        won = group[group["status"] == "won"]
        cost = costs.get(key)
        expected[key] = (
            len(group),
            int(group["mql_month"].notna().sum()),
            int(group["sql_month"].notna().sum()),
            len(won),
            round(float(won["amount"].sum()), 2),
            _quotient(Decimal(len(won)), len(group), 6),
            cost,
            None if cost is None else _quotient(cost, len(won), 2),
        )
    rows = built_warehouse.rows("select * from marts.source_monthly where account_id = %s", (account,))

    assert {
        (str(row["month_start"])[:7], row["source"], row["channel"]): (
            *(row[column] for column in ("leads", "mql", "sql", "won")),
            float(row["revenue"]),
            *(row[column] for column in ("win_rate_created", "cost", "cac")),
        )
        for row in rows
    } == expected
    assert any(row["source"] is None for row in rows)
    assert any(row["cost"] for row in rows)


@pytest.mark.parametrize("account", ZONES)
def test_win_curves(built_warehouse: BuiltWarehouse, account: str) -> None:
    leads = _leads(built_warehouse, account)
    today = pd.Timestamp(built_warehouse.as_of).tz_convert(ZONES[account]).tz_localize(None).normalize()
    rows = built_warehouse.rows("select * from marts.win_curves_monthly where account_id = %s", (account,))
    known = 0

    for row in rows:
        month = pd.Period(row["cohort_month"], "M")
        cohort = leads[(leads["pipeline_id"] == row["pipeline_id"]) & (leads["created_month"] == month)]
        assert (row["leads"], row["won"]) == (len(cohort), int((cohort["status"] == "won").sum()))
        for age in (30, 60, 90, 180):
            is_old = today >= month.end_time.normalize() + pd.Timedelta(days=age)
            share = (cohort["cycle"] <= age).mean() if is_old else None
            assert _near(row[f"won_share_{age}"], share, 6), (row, age)
            known += bool(share)
    assert known > 0
