"""Places of contests worked out a second time, from kpi_values and the contests' file alone."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd

from tests.support.built_warehouse import BuiltWarehouse
from tests.support.sandbox import ROOT

CONTESTS = ROOT / "dbt_project" / "seeds" / "contests.csv"
FALLING = {"cycle_days_mean", "tasks_overdue_share"}


def _points(fact: float, field: list[float], metric: str) -> float:
    if metric in FALLING:
        return 1.0 if fact == min(field) else min(field) / fact
    return fact / max(field) if max(field) > 0 else 0.0


def _expected(built: BuiltWarehouse) -> dict[tuple[Any, ...], float]:
    scores: dict[tuple[Any, ...], float] = defaultdict(float)
    contests = pd.read_csv(CONTESTS)
    for name, metrics in contests[contests["subject_type"] == "user"].groupby("contest"):
        rows = built.rows(
            """
            select k.account_id, k.period_type, k.period_start, k.subject_id, k.metric_id, k.fact::float8 as fact,
                u.is_active
            from marts.kpi_values as k inner join marts.dim_users as u on k.subject_id = u.user_id
            where u.division = %s and k.metric_id = any(%s) and k.fact is not null
                and k.period_type in ('month', 'quarter', 'year')
            """,
            (metrics["division"].iloc[0], list(metrics["metric_id"])),
        )
        facts = pd.DataFrame(rows)
        for (account, period, start), held in facts.groupby(["account_id", "period_type", "period_start"]):
            people = held[held["is_active"] | (held["fact"] > 0)]["subject_id"].unique()
            field = held[held["subject_id"].isin(people)]
            for fact in field.itertuples():
                others = list(field[field["metric_id"] == fact.metric_id]["fact"])
                weight = metrics.set_index("metric_id")["weight"]
                points = (
                    weight[fact.metric_id] * _points(fact.fact, others, str(fact.metric_id)) / weight.sum()
                )
                scores[account, name, period, start, fact.subject_id] += 100 * points
    return scores


def test_places_of_people(built_warehouse: BuiltWarehouse) -> None:
    expected = _expected(built_warehouse)
    rows = built_warehouse.rows("select * from marts.kpi_rankings where subject_type = 'user'")
    fields: dict[tuple[Any, ...], list[float]] = defaultdict(list)
    for row in rows:
        contest = row["account_id"], row["contest"], row["period_type"], row["period_start"]
        fields[contest].append(float(row["score"]))
        assert abs(float(row["score"]) - expected[*contest, row["subject_id"]]) < 0.0002, row

    assert len(rows) == len(expected) > 100
    for row in rows:
        field = fields[row["account_id"], row["contest"], row["period_type"], row["period_start"]]
        assert row["rank"] == 1 + sum(score > float(row["score"]) for score in field)
        assert row["participants"] == len(field)
        assert abs(float(row["average_score"]) - sum(field) / len(field)) < 0.0002
