"""The gate on raw against a real Postgres: sound data passes, each planted fault fails its own expectation."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import Warehouse
from tests.unit.quality import raw_data
from tests.unit.quality.raw_data import AS_OF, load, put, quarantine, watermark
from voronka.config import Settings
from voronka.domain.errors import GateFailed
from voronka.quality import GateReport, Outcome, comparisons, gate_error, run_gate


@pytest.fixture(scope="module")
def sound_warehouse(warehouse_factory: Callable[[], Any], state: Path) -> Iterator[Warehouse]:
    with warehouse_factory() as made:
        with made.connect(autocommit=True) as owner:
            raw_data.sound(owner)
        yield made


@pytest.fixture(scope="module")
def sound_report(sound_warehouse: Warehouse, settings: Settings) -> GateReport:
    return run_gate("raw", "sound", settings)


@pytest.fixture(scope="module")
def broken_report(sound_report: GateReport, sound_warehouse: Warehouse, settings: Settings) -> GateReport:
    """The same warehouse with faults in the account south, and none in north."""
    with sound_warehouse.connect(autocommit=True) as owner:
        plant_faults(owner)
    return run_gate("raw", "broken", settings)


def plant_faults(owner: Any) -> None:
    south = "south"
    put(owner, "amocrm_leads", south, "77", at=AS_OF + timedelta(hours=1))
    put(owner, "amocrm_leads", south, "78", {"pipeline_id": None})
    put(owner, "amocrm_events", south, "e-bare", without="value_after")
    put(owner, "amocrm_events", south, "e-odd", {"type": "lead_sold"})
    put(owner, "amocrm_events", south, "e-twice", at=AS_OF - timedelta(days=3))
    put(owner, "amocrm_events", south, "e-twice", at=AS_OF - timedelta(days=40))
    owner.execute(
        "delete from raw.amocrm_events where account_id = 'south' and source_id like 'day0-%' and source_id <> 'day0-1'"
    )
    put(owner, "amocrm_contacts", south, "9", {"telegram": "@oleg"})
    put(owner, "uis_calls", south, "c9", {"direction": "sideways"})
    put(owner, "topvisor_positions", south, "41:5:7:bad", {"position": "7th"})
    put(owner, "sheets_contracts", south, "119", {"client": "Nobody"})
    put(owner, "sheets_contracts", south, "120", {"started_on": "2026-03-01", "ended_on": "2026-03-31"})
    put(owner, "sheets_contracts", south, "121", {"started_on": "2026-03-31"}, without="fee")
    put(owner, "sheets_plans", south, "p9", {"metric": "прибыль", "owner": "nobody@agency.example"})
    put(owner, "sheets_roster", south, "r9", {"valid_from": "2026-05-01"})
    put(owner, "sheets_spend", south, "s9", {"period_type": "day", "period_start": "2026-10-07"})
    owner.execute(
        """
        update raw.amocrm_account set payload = jsonb_set(
            payload, '{_embedded,datetime_settings,timezone}', '"Asia/Omsk"')
        where account_id = 'south'
        """
    )
    later = AS_OF - timedelta(minutes=2)
    load(owner, "amocrm_users", south, received=4, total=5, started_at=later)
    load(owner, "uis_calls", south, received=12, total=10, started_at=later)
    load(owner, "amocrm_leads", south, received=100, quarantined=10, started_at=later)
    load(owner, "sheets_plans", south, received=100, quarantined=50, started_at=later)
    load(owner, "amocrm_tasks", south, status="failed", error="HTTP 401. What to do: renew the token.")
    owner.execute(
        "delete from ops.loads where status = 'succeeded' and account_id = 'south' and entity = 'tasks'"
    )
    watermark(owner, "uis_calls", south, AS_OF - timedelta(hours=40))
    watermark(owner, "amocrm_notes", south, AS_OF - timedelta(hours=5))
    quarantine(
        owner, "amocrm_leads", south, "501", reason="pipeline_id is <null>", remedy="give the lead a pipeline"
    )


# suite, expectation, severity, what the message must name
FAULTS = [
    ("amocrm_leads", "not_from_the_future", "critical", ["1 records", "77", "2026-11-24 01:00 UTC"]),
    ("amocrm_leads", "pipeline_id_present", "critical", ["raw.amocrm_leads.pipeline_id", "1 of", "78"]),
    ("amocrm_events", "required_fields_present", "critical", ["value_after", "e-bare"]),
    ("amocrm_events", "event_types_known", "warning", ["lead_sold", "e-odd"]),
    ("amocrm_events", "source_ids_unique", "critical", ["1 ids", "e-twice"]),
    ("amocrm_events", "stage_changes_complete", "critical", ["1 stage changes", "e-bare"]),
    ("amocrm_events", "volume_as_usual", "warning", ["1 events on 2026-11-23", "usually 30"]),
    ("amocrm_contacts", "no_unknown_fields", "warning", ["telegram", "9"]),
    ("amocrm_account", "zone_as_in_the_settings", "warning", ["Asia/Omsk", "Europe/Moscow"]),
    ("uis_calls", "direction_known", "critical", ["sideways", "c9"]),
    ("topvisor_positions", "position_readable", "critical", ["7th", "41:5:7:bad"]),
    ("sheets_contracts", "required_fields_present", "critical", ["lack fee", "121"]),
    ("sheets_contracts", "client_is_known", "warning", ["1 contracts", "119 (Nobody)"]),
    ("sheets_contracts", "one_contract_of_a_service_at_a_time", "warning", ["pairs", "120 and 121"]),
    ("sheets_plans", "metric_is_a_code", "warning", ["1 plans", "прибыль"]),
    ("sheets_plans", "owner_is_known", "warning", ["nobody@agency.example"]),
    ("sheets_roster", "one_place_at_a_time", "warning", ["1 pairs", "r9"]),
    ("sheets_spend", "not_by_month_and_day_at_once", "warning", ["1 months"]),
    ("ops_loads", "nothing_short_of_the_source", "critical", ["amocrm users", "4 of 5 received"]),
    ("ops_loads", "nothing_beyond_the_source", "warning", ["uis calls", "12 received", "counts 10"]),
    ("ops_loads", "few_records_quarantined", "critical", ["amocrm leads", "10 of 100 quarantined"]),
    ("ops_loads", "last_load_succeeded", "warning", ["amocrm tasks", "renew the token"]),
    (
        "ops_full_lists",
        "as_many_rows_as_the_source_counts",
        "critical",
        ["raw.amocrm_users", "1 live rows", "counts 5"],
    ),
    ("ops_watermarks", "fresh_enough_to_publish", "critical", ["raw.uis_calls", "40.0 hours ago"]),
    ("ops_watermarks", "loaded_on_schedule", "warning", ["raw.amocrm_notes", "5.0 hours ago", "usually 1.0"]),
    (
        "ops_quarantine",
        "no_open_records",
        "warning",
        ["501", "pipeline_id is <null>", "give the lead a pipeline"],
    ),
]


def failing(report: GateReport) -> list[Outcome]:
    return [outcome for outcome in report.outcomes if not outcome.success]


def test_sound_data_passes_without_a_warning(sound_report: GateReport) -> None:
    assert failing(sound_report) == []
    assert sound_report.passed


@pytest.mark.parametrize(("suite", "expectation", "severity", "named"), FAULTS)
def test_a_fault_fails_its_expectation(
    broken_report: GateReport, suite: str, expectation: str, severity: str, named: list[str]
) -> None:
    found = [o for o in failing(broken_report) if (o.suite, o.expectation) == (suite, expectation)]
    assert [(o.account_id, o.severity) for o in found] == [("south", severity)]
    for words in named:
        assert words in found[0].message


def test_nothing_else_fails_and_the_other_account_is_not_blamed(broken_report: GateReport) -> None:
    expected = {(suite, expectation, "south") for suite, expectation, _, _ in FAULTS}
    assert {(o.suite, o.expectation, o.account_id) for o in failing(broken_report)} == expected
    assert not broken_report.passed


def test_the_error_lists_every_failure_with_its_remedy(broken_report: GateReport) -> None:
    error = gate_error(broken_report)
    assert isinstance(error, GateFailed)
    text = str(error)
    for outcome in broken_report.failures:
        assert outcome.remedy in text
        assert f"{outcome.table}" in text
    assert text.count("Failing since 2026-11-24 00:00 UTC") == len(failing(broken_report))
    assert str(broken_report.docs_index) in text


def test_results_are_kept_with_their_account(broken_report: GateReport, sound_warehouse: Warehouse) -> None:
    rows = sound_warehouse.rows(
        """
        select account_id, severity, success, observed, failing_since from ops.check_results
        where run_id = 'broken' and suite = 'uis_calls' and expectation = 'direction_known'
        """
    )
    assert rows == [("south", "critical", False, "1 of 2 rows do not fit (values sideways)", AS_OF)]
    held = sound_warehouse.rows(
        "select count(*) from ops.check_results where run_id = 'sound' and not success"
    )
    assert held == [(0,)]


def test_pages_are_local_and_escape_what_they_show(broken_report: GateReport) -> None:
    index = broken_report.docs_index.read_text("utf-8")
    assert "pipeline_id is &lt;null&gt;" in index
    assert "<null>" not in index
    pages = list(broken_report.docs_index.parent.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        text = page.read_text("utf-8")
        assert "Content-Security-Policy" in text
        assert 'src="http' not in text
        assert 'href="http' not in text


def test_every_result_page_links_home(broken_report: GateReport) -> None:
    folder = broken_report.docs_index.parent
    page = next((folder / "docs" / "validations" / "uis_calls").rglob("*.html"))
    assert 'href="../../../../../index.html"' in page.read_text("utf-8")
    assert page.relative_to(folder).as_posix() in broken_report.docs_index.read_text("utf-8")


def test_no_password_is_logged_or_printed(
    sound_warehouse: Warehouse,
    broken_report: GateReport,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        run_gate("raw", "logged", settings)
    printed = capsys.readouterr()
    password = sound_warehouse.environment["VORONKA_TRANSFORMER_PASSWORD"]
    assert caplog.text
    assert password not in caplog.text + printed.out + printed.err


def test_no_password_is_written(broken_report: GateReport, sound_warehouse: Warehouse, state: Path) -> None:
    password = sound_warehouse.environment["VORONKA_TRANSFORMER_PASSWORD"].encode()
    files = [path for path in state.rglob("*") if path.is_file()]
    assert len(files) > 40
    assert not [path for path in files if password in path.read_bytes()]
    assert "VORONKA_GATE_PASSWORD" not in os.environ


def test_comparisons_hold_the_figures_of_the_last_load(
    broken_report: GateReport, sound_warehouse: Warehouse
) -> None:
    with sound_warehouse.connect("transformer") as connection:
        figures = {(c.account_id, c.table): c for c in comparisons(connection)}
    users = figures["south", "raw.amocrm_users"]
    assert (users.source_total, users.received, users.live_rows) == (5, 4, 1)
    assert figures["north", "raw.amocrm_events"].live_rows == 61 * 30 + 1
