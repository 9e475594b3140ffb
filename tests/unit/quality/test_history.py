"""Since when a failure lasts, and failures that are accepted for a while."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import Warehouse
from tests.unit.quality.raw_data import ACCOUNTS, PAYLOADS, put
from voronka.config import Settings
from voronka.quality import GateReport, Outcome, run_gate

Run = Callable[[str, datetime], GateReport]
NAME = "direction_known"


def day(number: int) -> datetime:
    """The start of the run of that day of November."""
    return datetime(2026, 11, number, 3, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One suite with one expectation, so that a gate takes no time."""
    wanted = {
        "name": "uis_calls",
        "meta": {
            "table": "raw.uis_calls",
            "keys": ["account_id", "source_id"],
            "query": "select account_id, source_id, payload ->> 'direction' as direction from raw.uis_calls",
        },
        "expectations": [
            {
                "type": "expect_column_values_to_be_in_set",
                "kwargs": {"column": "direction", "value_set": ["in", "out"]},
                "meta": {"name": NAME, "remedy": "ask the exchange."},
                "description": "A call comes in or goes out.",
                "severity": "critical",
            }
        ],
    }
    (tmp_path / "uis_calls.json").write_text(json.dumps(wanted), "utf-8")
    return tmp_path


@pytest.fixture
def run(warehouse: Warehouse, settings: Settings, state: Path, folder: Path) -> Run:
    """Runs the gate as the run of that name, started at that moment."""

    def run_it(run_id: str, started_at: datetime) -> GateReport:
        warehouse.rows(
            """
            insert into ops.runs (run_id, status, started_at) values (%s, 'running', %s)
            on conflict (run_id) do update set started_at = excluded.started_at
            """,
            (run_id, started_at),
            role="app",
        )
        return run_gate("raw", run_id, settings, folder=folder)

    return run_it


def set_direction(warehouse: Warehouse, account_id: str, direction: str) -> None:
    with warehouse.connect(autocommit=True) as owner:
        owner.execute("delete from raw.uis_calls where account_id = %s", (account_id,))
        put(owner, "uis_calls", account_id, "1", {**PAYLOADS["uis_calls"], "direction": direction})


def since(report: GateReport) -> dict[str | None, datetime | None]:
    return {o.account_id: o.failing_since for o in report.outcomes if not o.success}


def test_a_failure_keeps_the_first_run_of_its_series(run: Run, warehouse: Warehouse) -> None:
    set_direction(warehouse, "south", "sideways")
    assert since(run("day 1", day(1))) == {"south": day(1)}
    assert since(run("day 2", day(2))) == {"south": day(1)}


def test_a_success_ends_the_series(run: Run, warehouse: Warehouse) -> None:
    set_direction(warehouse, "south", "sideways")
    run("day 1", day(1))
    set_direction(warehouse, "south", "in")
    assert since(run("day 2", day(2))) == {}
    set_direction(warehouse, "south", "sideways")
    assert since(run("day 3", day(3))) == {"south": day(3)}


def test_accounts_have_series_of_their_own(run: Run, warehouse: Warehouse) -> None:
    set_direction(warehouse, "south", "sideways")
    run("day 1", day(1))
    set_direction(warehouse, "north", "sideways")
    assert since(run("day 2", day(2))) == {"south": day(1), "north": day(2)}


def test_a_run_tried_again_replaces_its_results_and_keeps_the_series(run: Run, warehouse: Warehouse) -> None:
    set_direction(warehouse, "south", "sideways")
    run("day 1", day(1))
    assert since(run("day 1", day(2))) == {"south": day(1)}
    assert warehouse.rows("select run_id, account_id, failing_since from ops.check_results") == [
        ("day 1", "south", day(1))
    ]


def accept(folder: Path, **entry: str) -> None:
    path = folder / "uis_calls.json"
    suite: dict[str, Any] = json.loads(path.read_text("utf-8"))
    suite["expectations"][0]["meta"]["accepted"] = [entry]
    path.write_text(json.dumps(suite), "utf-8")


@pytest.mark.parametrize(
    ("until", "severity"), [("2026-11-24", "info"), ("2026-11-23", "critical")], ids=["last day", "day after"]
)
def test_an_accepted_failure_stops_nothing_until_its_last_day(
    run: Run, warehouse: Warehouse, folder: Path, until: str, severity: str
) -> None:
    accept(folder, account_id="south", until=until, reason="the exchange mends it in December")
    set_direction(warehouse, "south", "sideways")
    report = run("day 1", day(1))
    failed = [o for o in report.outcomes if not o.success]
    assert [o.severity for o in failed] == [severity]
    assert report.passed is (severity == "info")
    assert ("the exchange mends it in December" in failed[0].message) is (severity == "info")


def test_an_accepted_failure_of_one_account_is_not_accepted_of_another(
    run: Run, warehouse: Warehouse, folder: Path
) -> None:
    accept(folder, account_id="south", until="2026-12-31", reason="known")
    for account_id in ACCOUNTS:
        set_direction(warehouse, account_id, "sideways")
    failures: tuple[Outcome, ...] = run("day 1", day(1)).failures
    assert [o.account_id for o in failures] == ["north"]


def test_a_failing_row_of_an_unknown_account_is_not_overlooked(run: Run, warehouse: Warehouse) -> None:
    set_direction(warehouse, "stranger", "sideways")
    failures = run("day 1", day(1)).failures
    assert [(o.account_id, o.expectation) for o in failures] == [(None, NAME)]
    assert "account that the settings do not name" in failures[0].observed
