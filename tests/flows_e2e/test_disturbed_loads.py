"""Whatever disturbs a load (faults, pages that move, filters that do nothing, a kill): the tables end up the same."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.flows_e2e.house import House, Tables, furnish
from tests.support.doubles import SleepBook
from tests.support.environment import environment
from tests.support.sandbox import SandboxProcess
from voronka.config import load_settings
from voronka.domain.windows import Window
from voronka.flows import load as flow

ACCOUNT = "altai"
MOMENTS = 10
SWITCHED_OFF = {"customer_statuses"}
"""The simulated accounts keep buyers by segments: there are no statuses of buyers."""
PATIENCE = {"page_size": 20, "attempts": 12, "timeout_seconds": 0.5}
"""Small pages, so that there are many requests to go wrong, and a client that does not wait long."""


def load_all(house: House, monkeypatch: pytest.MonkeyPatch, *, until: datetime | None = None) -> list[float]:
    """Load the account in this process, up to ``until`` and then the rest; the waits between tries there would be."""
    waits = SleepBook()
    monkeypatch.setattr(flow, "build", partial(flow.build, sleep=waits))
    with environment(house.environment):
        settings = load_settings()
        moments = [m for m in (house.sandbox.as_of.replace(month=5), until, house.sandbox.as_of) if m]
        for start, end in itertools.pairwise(moments):
            for kind, source in settings.account(ACCOUNT).sources:
                piece = flow.Piece(ACCOUNT, kind, source.provider, "all", Window(start, end))  # type: ignore[arg-type]
                loads = flow.load(settings, piece)
                assert {done.status for done in loads if done.entity not in SWITCHED_OFF} == {"succeeded"}
                assert {done.status for done in loads if done.entity in SWITCHED_OFF} <= {"skipped"}
    return waits.seconds


@pytest.fixture
def patient(house: House) -> House:
    house.set_sources(**PATIENCE)
    return house


@pytest.fixture(scope="module")
def calm(
    warehouse_factory: Callable[[], Any], tiny: SandboxProcess, tmp_path_factory: pytest.TempPathFactory
) -> Tables:
    """The tables of an undisturbed load, held against the simulation."""
    with warehouse_factory() as warehouse, pytest.MonkeyPatch.context() as patch:
        quiet = furnish(tmp_path_factory.mktemp("calm"), warehouse, tiny)
        quiet.set_sources(**PATIENCE)
        assert load_all(quiet, patch) == []
        tables = quiet.tables()
    truth = tiny.truth(ACCOUNT)["rows"]
    for name, count in {
        "uis_calls": "calls",
        "topvisor_positions": "position_checks",
        "amocrm_events": "events",
    }.items():
        assert len(tables[name]) == truth[count] > 0
    assert sum(row[5] is None for row in tables["amocrm_leads"]) == truth["leads"]
    return tables


def test_a_third_of_all_requests_failing_changes_nothing(
    patient: House, calm: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient.sandbox.forget_requests()
    patient.sandbox.fault("mix", rate=0.3, seconds=0.7)
    waits = load_all(patient, monkeypatch)
    struck = {
        kind: count
        for provider in ("amocrm", "uis", "topvisor")
        for kind, count in patient.sandbox.requests(ACCOUNT, provider)["faults"].items()
    }
    assert len(struck) >= 5, "a mixture of faults was met"
    assert len(waits) >= 20
    assert patient.tables() == calm


@pytest.mark.parametrize("kind", ["shifting_pages", "duplicated_pages"])
def test_pages_that_move_while_they_are_read_change_nothing(
    patient: House, calm: Tables, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    patient.sandbox.fault(kind, provider="amocrm")
    load_all(patient, monkeypatch)
    assert patient.tables() == calm


def without_moments(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(*row[:2], *row[3:]) for row in rows]


def test_filters_that_do_nothing_change_nothing_and_doctor_says_so(
    patient: House, calm: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient.sandbox.filters("ignored", ACCOUNT)
    load_all(patient, monkeypatch, until=patient.sandbox.as_of - timedelta(days=40))
    found = patient.tables()
    # The account says itself whether its filters work, and that is the one difference.
    assert found.pop("amocrm_account") != calm["amocrm_account"]
    # Links that were read twice and had not changed keep the moment of the first reading.
    assert without_moments(found.pop("amocrm_links")) == without_moments(calm["amocrm_links"])
    assert found == {
        name: rows for name, rows in calm.items() if name not in ("amocrm_account", "amocrm_links")
    }
    said = patient.run("doctor", "--json")
    (finding,) = [
        f for f in said.json if f["subject"] == f"{ACCOUNT} amocrm" and f["check"].startswith("filter")
    ]
    assert (finding["ok"], finding["severity"]) == (False, "warning")
    assert "ignores the filter" in finding["message"]
    assert "buy the API filter" in finding["remedy"]


def crm_requests(sandbox: SandboxProcess) -> int:
    return int(sandbox.requests(ACCOUNT).get("total", 0))


def kill_after(house: House, requests: int) -> int:
    """Start the load, kill it with signal 9 once the provider has seen so many requests; its exit code."""
    house.sandbox.forget_requests()
    process = house.start(*house.load_words(ACCOUNT, "crm"))
    deadline = time.monotonic() + 30
    while crm_requests(house.sandbox) < requests and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.003)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    return process.returncode


def test_a_load_killed_at_any_moment_and_run_again_leaves_the_same_tables(
    tmp_path: Path, warehouse_factory: Callable[[], Any], tiny: SandboxProcess, calm: Tables
) -> None:
    """Ten real processes of the command line, killed after ten different numbers of requests."""
    expected = {name: rows for name, rows in calm.items() if name.startswith("amocrm_")}
    total = len(calm["amocrm_events"]) // 40 + len(
        calm["amocrm_users"]
    )  # about as many requests as there are
    cut_off = set()
    for moment in range(MOMENTS):
        with warehouse_factory() as warehouse:
            folder = tmp_path / str(moment)
            folder.mkdir()
            house = furnish(folder, warehouse, tiny)
            house.set_sources(page_size=40, rate_per_second=100)
            assert kill_after(house, 1 + moment * total // MOMENTS) == -signal.SIGKILL
            cut_off.update(warehouse.rows("select entity from ops.loads where status = 'running'"))
            house.set_sources(page_size=250, rate_per_second=1000)
            assert house.load(ACCOUNT, "crm").code == 0
            assert {n: r for n, r in house.tables().items() if n.startswith("amocrm_")} == expected, moment
            marks = warehouse.rows("select account_id, provider, entity, high_water_at from ops.watermarks")
            assert sorted(marks) == [row for row in calm["watermarks"] if row[1] == "amocrm"]
            assert warehouse.rows("select count(*) from ops.loads where status = 'running'") == [(0,)]
    assert len(cut_off) >= 3, "different entities were cut off in the middle"
