"""Broken records from the source to the report: each is kept with its reason, all others go their way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.flows_e2e.house import House, furnish
from tests.support.postgres import Warehouse
from tests.support.sandbox import SandboxProcess

ACCOUNT = "altai"
# entity, id, code: what the sandbox breaks on purpose, as our codes name it.
BROKEN = {
    ("amocrm", "events", "01zzbroken0000000000000001", "bad_event_value"),
    ("amocrm", "leads", "999000001", "missing_pipeline"),
    ("amocrm", "leads", "999000003", "unknown_field_type"),
    ("amocrm", "leads", None, "missing_id"),
}
COUNTED = {
    "amocrm_leads": "leads",
    "amocrm_contacts": "contacts",
    "amocrm_events": "events",
    "amocrm_notes": "notes",
    "uis_calls": "calls",
    "topvisor_positions": "position_checks",
}


def load_everything(house: House) -> list[dict[str, Any]]:
    """Through the command line; what it said of every entity."""
    rows: list[dict[str, Any]] = []
    for source in ("crm", "telephony", "positions"):
        said = house.load(ACCOUNT, source, "--json")
        assert said.code == 0, said.err
        rows += said.json
    return rows


def only_ours(content: dict[str, Any]) -> None:
    """One account with one exchange and one tracker: of the others' few records the broken ones are too large a share."""
    for name, key in (("accounts", "id"), ("reports", "account")):
        if name in content:
            content[name] = [entry for entry in content[name] if entry[key] == ACCOUNT]
    for account in content.get("accounts", ()):
        account["telephony"] = [s for s in account["telephony"] if s["provider"] == "uis"]
        account["positions"] = [s for s in account["positions"] if s["provider"] == "topvisor"]


@pytest.fixture(scope="module")
def house(
    module_warehouse: Warehouse, tiny: SandboxProcess, tmp_path_factory: pytest.TempPathFactory
) -> House:
    """One account, loaded while its providers gave broken records of all kinds among the sound ones."""
    made = furnish(tmp_path_factory.mktemp("bad-input"), module_warehouse, tiny)
    for name in ("accounts.yml", "reports.yml"):
        made.rewrite(name, only_ours)
    tiny.broken(ACCOUNT)
    loads = load_everything(made)
    assert sum(row["rows_quarantined"] for row in loads) == len(kept(made))
    return made


def kept(house: House) -> list[tuple[Any, ...]]:
    """provider, entity, id, code, reason, remedy and account of what waits in the quarantine."""
    return house.warehouse.rows(
        "select provider, entity, source_id, code, reason, remedy, account_id from ops.quarantine"
        " where resolved_at is null"
    )


def assert_all_else_is_there(house: House) -> None:
    truth = house.sandbox.truth(ACCOUNT)["rows"]
    for table, name in COUNTED.items():
        ((live,),) = house.warehouse.rows(f"select count(*) from raw.{table} where deleted_at is null")
        assert live == truth[name] > 0, table


def test_each_is_kept_with_its_reason_and_all_else_is_loaded(house: House) -> None:
    rows = kept(house)
    found = {row[:4] for row in rows}
    assert found >= BROKEN
    assert {row[3] for row in found - BROKEN} == {"negative_duration", "bad_position"}
    assert all(reason and remedy and account == ACCOUNT for *_, reason, remedy, account in rows)
    assert_all_else_is_there(house)


def test_the_gate_names_each_and_stops_nobody(house: House) -> None:
    said = house.run("check", "raw", "--json")
    assert (said.code, said.err, said.json["passed"]) == (0, "", True)
    (told,) = [row for row in said.json["not_held"] if row["where"].startswith("ops.quarantine")]
    assert (told["account"], told["severity"]) == (ACCOUNT, "warning")
    for provider, entity, source_id, _, reason, remedy, _ in kept(house):
        assert f" of {provider}_{entity}: " in told["observed"]
        assert f"{source_id or 'without id'}: {reason} Remedy: {remedy}" in told["observed"]
    page = Path(said.json["docs"])
    assert page.is_relative_to(house.folder)
    assert "999000001" in page.read_text("utf-8")


def test_when_the_source_is_sound_again_nothing_was_lost(house: House) -> None:
    before = house.tables()
    load_everything(house)
    assert_all_else_is_there(house)
    assert house.tables() == before, "and what was set apart is not forgotten"


def test_the_rest_is_published_and_reported(house: House) -> None:
    # The models' own tests are run over another warehouse.
    said = house.run("transform", "--json", DBT_EXCLUDE_RESOURCE_TYPES="unit_test test")
    assert said.code == 0, said.err
    assert said.json["data_as_of"] == "2026-11-01T00:00:00+00:00"
    assert house.run("status", "--json").json["runs"][0]["run_id"] == said.json["run_id"]

    folder = (
        house.folder / "a folder whose name is so long that the path of a page would not fit a line" / "out"
    )
    words = ("report", "positions", "--account", ACCOUNT, "--out", str(folder))
    report = house.run(*words, "--json")
    assert (report.code, report.err) == (0, "")
    (letter,) = report.json
    page = Path(letter["page"])
    assert page.is_relative_to(folder)
    assert "<html" in page.read_text("utf-8")
    plain = house.run(*words)
    assert [line.strip() for line in plain.out.splitlines()] == [letter["letter"], letter["page"]]

    wrong = {
        ("--project", "atlantis"): (2, "choose from"),
        ("--period", "2026-W99"): (2, "2026-W47"),
        ("--language", "eo"): (2, "ru, en"),
        ("--period", "2020-W01"): (1, ""),
    }
    for extra, (code, remedy) in wrong.items():
        refused = house.run(*words, *extra)
        assert (refused.code, refused.out) == (code, ""), extra
        assert remedy in refused.err.partition("What to do: ")[2]
        assert "What to do: " in refused.err
