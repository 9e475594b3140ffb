"""A loading process killed at any moment and started again leaves the tables of an undisturbed run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import load_process
from tests.support.postgres import Warehouse, environment
from voronka.domain.errors import SourceUnavailable

PROJECT = Path(__file__).parents[3]
MOMENTS = 10

Dump = dict[str, list[tuple[Any, ...]]]


def start(warehouse: Warehouse, *arguments: str, pause: float = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.load_process", *arguments],
        env={**os.environ, **warehouse.environment, "VORONKA_AS_OF": load_process.AS_OF, "PAUSE": str(pause)},
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )


def dump(warehouse: Warehouse) -> Dump:
    """Everything that must be equal, sorted; when and by which load a row was written may differ."""
    versions = (
        "account_id, source_id, source_updated_at, payload::text, payload_hash, deleted_at, deletion_kind"
    )
    queries = {
        f"{entity.name}{suffix}": f"select {versions} from raw.amocrm_{entity.name}{suffix} order by 1, 2, 3, 4"
        for entity in load_process.ENTITIES
        for suffix in ("", "_history")
    }
    queries["watermarks"] = (
        "select account_id, provider, entity, high_water_at from ops.watermarks order by 1, 2, 3"
    )
    queries["quarantine"] = (
        "select entity, code, source_id, payload, resolved_at from ops.quarantine order by 1, 2, 3"
    )
    return {name: warehouse.rows(query) for name, query in queries.items()}


@pytest.fixture(scope="module")
def undisturbed(warehouse_factory: Callable[[], Any]) -> tuple[Dump, int]:
    """(the tables after one quiet run, how many statements it sent)."""
    with warehouse_factory() as warehouse:
        output, _ = start(warehouse).communicate(timeout=60)
        return dump(warehouse), int(output)


def load_again(warehouse: Warehouse) -> None:
    with environment({"VORONKA_AS_OF": load_process.AS_OF}):
        load_process.load_everything()
    assert warehouse.rows("select count(*) from ops.loads where status = 'running'") == [(0,)]


def test_the_quiet_run_is_as_worked_by_hand(undisturbed: tuple[Dump, int]) -> None:
    tables, _ = undisturbed
    # Leads 0-249, then 100-349: 150 changed. Lead 50 got two versions in each part (one out of order): four of its
    # five are history. Lead 7 came back changed: one.
    assert len(tables["leads"]) == 350
    assert len(tables["leads_history"]) == 150 + 4 + 1
    assert len(tables["users"]) == 40
    assert len(tables["events"]) == 150
    assert len(tables["events_history"]) == 1
    deleted = [(row[1], row[6]) for row in tables["leads"] if row[6]]
    assert deleted == [("110", "bin"), ("115", "bin"), ("3", "bin")]
    assert [row[1] for row in tables["users"] if row[6] == "missing"] == ["36", "37", "38", "39"]
    assert [row[2] for row in tables["quarantine"]] == ["b0", "b1"]


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_killed_at_a_statement(warehouse: Warehouse, undisturbed: tuple[Dump, int], moment: int) -> None:
    expected, statements = undisturbed
    die_at = 1 + round((statements - 2) * moment / (MOMENTS - 1))
    process = start(warehouse, str(die_at))
    assert process.wait(timeout=60) == -signal.SIGKILL
    load_again(warehouse)
    assert dump(warehouse) == expected


@pytest.mark.parametrize("seconds", [0.2, 0.5, 0.9])
def test_killed_from_outside(warehouse: Warehouse, undisturbed: tuple[Dump, int], seconds: float) -> None:
    process = start(warehouse, pause=0.01)
    deadline = time.monotonic() + 30
    while warehouse.rows("select count(*) from ops.loads") == [(0,)] and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=60) == -signal.SIGKILL
    load_again(warehouse)
    assert dump(warehouse) == undisturbed[0]


@pytest.mark.parametrize("page", [0, 5, 10])
def test_fault_of_the_source(warehouse: Warehouse, undisturbed: tuple[Dump, int], page: int) -> None:
    with environment({"VORONKA_AS_OF": load_process.AS_OF}), pytest.raises(SourceUnavailable):
        load_process.load_everything(fault_at=page)
    load_again(warehouse)
    assert dump(warehouse) == undisturbed[0]


def test_two_processes_at_once(warehouse: Warehouse, undisturbed: tuple[Dump, int]) -> None:
    processes = [start(warehouse) for _ in range(2)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    tables = dump(warehouse)
    for name in ("leads_history", "events", "events_history", "watermarks", "quarantine"):
        assert tables[name] == undisturbed[0][name]
    load_again(warehouse)
    assert dump(warehouse) == undisturbed[0]
