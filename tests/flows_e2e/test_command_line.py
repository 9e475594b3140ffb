"""What the command line says to scripts and people: JSON, exit codes (0 done, 1 failed, 2 wrong usage), remedies."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.flows_e2e.house import House
from voronka.runtime.ports import free_port

DAY = ("--from", "2026-10-01", "--to", "2026-10-02")


@pytest.mark.parametrize(
    ("words", "named", "remedy"),
    [
        (("load", "nobody", "crm", *DAY), "'nobody'", "sever, altai"),
        (
            ("load", "altai", "mail", *DAY),
            "no source 'mail'",
            "crm (amocrm), telephony (uis), telephony (megafon), positions (topvisor)",
        ),
        (("load", "altai", "crm", "--entity", "dogs", *DAY), "dogs", "choose from: account, users"),
        (
            ("load", "altai", "crm", "--from", "2026-10-02", "--to", "2026-10-01"),
            "2026-10-01",
            "swap or widen",
        ),
        (("report", "weather", "--account", "altai", "--out", "x"), "'weather'", "positions, sales_weekly"),
        (("report", "positions", "--account", "nobody", "--out", "x"), "'nobody'", "sever, altai"),
        (("report", "positions", "--account", "altai"), "where the report should go", "--out FOLDER"),
        (("connect", "altai", "--code", "code-altai-x"), "long-lived token", "auth: oauth"),
    ],
)
def test_wrong_usage_is_told_with_its_remedy(
    house: House, words: tuple[str, ...], named: str, remedy: str
) -> None:
    said = house.run(*words)
    assert (said.code, said.out) == (2, "")
    message, _, rest = said.err.partition("What to do: ")
    assert named in message
    assert remedy in rest
    assert len(said.err.splitlines()) == 2


@pytest.mark.parametrize(
    "words", [("load", "altai", "crm", "--from", "yesterday"), ("fly",), ("check", "soup")]
)
def test_what_is_no_command_is_told(house: House, words: tuple[str, ...]) -> None:
    said = house.run(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err


def test_a_load_and_the_status_after_it(house: House) -> None:
    said = house.load("altai", "uis", "--json")
    assert (said.code, said.err) == (0, "")
    assert [row["entity"] for row in said.json] == ["account", "employees", "calls"]
    calls = said.json[2]
    assert calls["rows_received"] == calls["rows_inserted"] == house.sandbox.truth("altai")["rows"]["calls"]
    assert datetime.fromisoformat(calls["window_from"]).isoformat() == "2026-05-01T00:00:00+00:00"
    assert calls["window_to"] == "2026-11-01T00:00:00+00:00"
    again = house.load("altai", "uis")
    assert again.code == 0
    assert "…" not in again.out, "nothing is cut"
    assert ["uis", "calls", "succeeded", str(calls["rows_received"]), "0", "0", "0", "0"] in [
        line.split()[:8] for line in again.out.splitlines()
    ]
    status = house.run("status", "--json")
    assert status.code == 0
    assert status.json["sources"] == [
        {
            "account_id": "altai",
            "provider": "uis",
            "loaded_until": "2026-11-01T00:00:00+00:00",
            "entities": 3,
            "hours_late": 0.0,
        }
    ]
    assert status.json["state_folder"] == str(house.folder)


def test_a_load_that_fails_tells_what_it_did_and_what_to_do(house: House) -> None:
    token = {"VORONKA_ALTAI_AMOCRM_ACCESS_TOKEN": "agent-altai"}
    said = house.run(*house.load_words("altai", "crm"), "--json", **token)
    assert said.code == 1
    assert [(row["entity"], row["status"]) for row in said.json] == [("account", "succeeded")]
    assert "administrator" in said.err.partition("What to do: ")[2]
    assert "agent-altai" not in said.err
    status = house.run("status", **token)
    assert status.code == 0
    assert "Failed loads" in status.out
    (failed,) = house.run("status", "--json").json["failed_loads"]
    assert (failed["entity"], failed["window_from"]) == ("users", "2026-05-01T00:00:00+00:00")
    assert failed["error"] in said.err.replace("\n", " ")


@pytest.mark.parametrize("words", [("status",), ("load", "altai", "crm", *DAY)])
def test_a_warehouse_that_is_away_is_one_message(house: House, words: tuple[str, ...]) -> None:
    url = f"postgresql://voronka_admin:very-secret@127.0.0.1:{free_port(20000)}/voronka"
    said = house.run(*words, VORONKA_DATABASE_URL=url)
    assert said.code == 1
    assert "voronka doctor" in said.err.partition("What to do: ")[2]
    assert "Traceback" not in said.err
    assert "very-secret" not in said.err


def test_nothing_is_published_yet(house: House) -> None:
    said = house.run("report", "sales_weekly", "--account", "altai", "--out", str(house.folder / "out"))
    assert (said.code, said.out) == (1, "")
    assert "voronka transform" in said.err.partition("What to do: ")[2]


def test_a_gate_that_does_not_hold_fails_the_command(house: House) -> None:
    assert house.load("altai", "uis", "--entity", "employees").code == 0
    house.warehouse.rows(
        "delete from raw.uis_employees where ctid in (select ctid from raw.uis_employees limit 3)"
    )
    said = house.run("check", "raw")
    assert (said.code, said.err) == (1, "")
    (line,) = [line for line in said.out.splitlines() if line.startswith("critical: ")]
    assert "account altai" in line
    assert "raw.uis_employees: 11 live rows, the source counts 14" in line
    assert "Failing since " in line
    assert "What to do: " in line
    assert said.out.splitlines()[-1].startswith(f"Data docs: {house.folder}")
