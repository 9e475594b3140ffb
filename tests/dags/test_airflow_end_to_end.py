"""The product's Dags in a real Airflow over the sandbox: load, transform, send, backfill, and a gate that fails."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.airflow import RunningAirflow
from voronka import database

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(3000)]

INGEST = ("ingest_crm", "ingest_telephony", "ingest_positions", "ingest_sheets", "ingest_money")


def raw_contents() -> dict[str, Any]:
    """A fingerprint of every raw and history table: count and a hash over all that a load must not change."""
    found = {}
    with database.connect("transformer") as connection:
        tables = connection.execute(
            """
            select c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname = 'raw' and c.relkind in ('r', 'p') and not c.relispartition order by c.relname
            """
        ).fetchall()
        for (name,) in tables:
            found[name] = connection.execute(
                f"""
                select count(*), md5(coalesce(string_agg(
                    account_id || source_id || payload_hash || source_updated_at || coalesce(deleted_at::text, ''), ','
                    order by account_id, source_id, source_updated_at, payload_hash), ''))
                from raw."{name}"
                """
            ).fetchone()
    return found


@pytest.fixture(scope="module")
def loaded(running_airflow: RunningAirflow) -> RunningAirflow:
    """History loaded by hand-triggered runs of the ingest Dags."""
    until = running_airflow.sandbox.as_of
    conf = {"from": (until - timedelta(days=160)).isoformat(), "to": until.isoformat()}
    for dag_id in (*INGEST, "transform_warehouse", "send_reports"):
        running_airflow.api.set_paused(dag_id, paused=False)
    runs = {dag_id: running_airflow.api.trigger(dag_id, conf) for dag_id in INGEST}
    for dag_id, run_id in runs.items():
        assert running_airflow.api.wait(dag_id, run_id, seconds=900) == "success", dag_id
    return running_airflow


def test_loads_start_the_transform_by_their_assets_and_it_publishes(loaded: RunningAirflow) -> None:
    (run, *_) = [r for r in _settled(loaded, "transform_warehouse") if r.run_type == "asset_triggered"]
    assert run.state == "success", loaded.api.failed_tasks("transform_warehouse", run.run_id)
    with database.connect("app") as connection:
        row = connection.execute(
            "select status, data_as_of from ops.runs where run_id = %s", (run.run_id,)
        ).fetchone()
    assert row is not None
    assert row[0] == "published"


def test_reports_go_out_once(loaded: RunningAirflow) -> None:
    _settled(loaded, "transform_warehouse")
    assert loaded.run("send_reports") == "success"
    first = len(loaded.sandbox.mails())
    assert first >= 3, "two projects or more, and two weekly letters"
    assert loaded.run("send_reports") == "success"
    assert len(loaded.sandbox.mails()) == first


def test_a_backfill_over_loaded_history_changes_nothing(loaded: RunningAirflow) -> None:
    _settled(loaded, "transform_warehouse")
    before = raw_contents()
    counts = _backfill(
        loaded, "ingest_telephony", datetime(2026, 10, 12, tzinfo=UTC), datetime(2026, 10, 14, tzinfo=UTC)
    )
    assert counts == {"success": 2}, "days start at 21:00 UTC in Moscow"
    assert raw_contents() == before


def test_a_backfill_brings_back_what_was_lost(loaded: RunningAirflow) -> None:
    before = raw_contents()
    with database.connect("owner") as connection:
        gone = connection.execute(
            """
            delete from raw.uis_calls
            where source_updated_at >= '2026-10-20' and source_updated_at < '2026-10-22'
            """
        ).rowcount
    assert gone > 0
    counts = _backfill(
        loaded, "ingest_telephony", datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 10, 22, tzinfo=UTC)
    )
    assert counts == {"success": 3}
    assert raw_contents() == before


def test_a_failed_gate_stops_publishing_and_reports_and_is_told(loaded: RunningAirflow) -> None:
    _settled(loaded, "transform_warehouse")
    with database.connect("owner") as connection:
        connection.execute(
            """
            update raw.amocrm_contacts set source_updated_at = source_updated_at + interval '10 years'
            where source_id = (select max(source_id) from raw.amocrm_contacts)
            """
        )
    mails = len(loaded.sandbox.mails())
    assert loaded.run("transform_warehouse") == "failed"
    with database.connect("app") as connection:
        status, step, message = connection.execute(
            "select status, failed_step, message from ops.runs order by started_at desc limit 1"
        ).fetchone()  # type: ignore[misc]
    assert (status, step) == ("failed", "gate raw")
    assert "amocrm_contacts" in message
    assert loaded.run("send_reports") == "failed"
    told = loaded.sandbox.mails()[: len(loaded.sandbox.mails()) - mails]
    assert any("transform_warehouse failed" in str(m) for m in told)
    assert all("oncall@voronka.example" in str(m) for m in told), "no report went out"


def _settled(running: RunningAirflow, dag_id: str) -> list[Any]:
    """The finished runs of a Dag, once none is going on any more."""
    deadline = time.monotonic() + 1500
    while time.monotonic() < deadline:
        runs = running.api.runs(dag_id)
        if runs and all(r.state in ("success", "failed") for r in runs):
            return runs
        time.sleep(1)
    raise AssertionError(f"{dag_id} did not settle: {running.api.runs(dag_id)}")


def _backfill(running: RunningAirflow, dag_id: str, start: datetime, end: datetime) -> dict[str, int]:
    """Ask for a backfill and wait for its end; how many of its runs ended in which state."""
    before = {r.run_id for r in running.api.runs(dag_id)}
    number = running.api.create_backfill(dag_id, start, end)
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline:
        completed, _ = running.api.backfill_progress(number, dag_id)
        if completed:
            counts: dict[str, int] = {}
            for run in running.api.runs(dag_id):
                if run.run_id not in before:
                    counts[run.state] = counts.get(run.state, 0) + 1
            return counts
        time.sleep(1)
    raise AssertionError(f"backfill {number} of {dag_id} did not end")
