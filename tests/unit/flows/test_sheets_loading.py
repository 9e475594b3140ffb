"""Sheets into a real warehouse: the last sound version of a row stays in force, whatever people type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import Warehouse
from tests.unit.delivery.letters import mail_server
from voronka.config import Account, MailSettings, Settings, Source
from voronka.connectors.sheets.layouts import LAYOUTS
from voronka.domain import clock
from voronka.domain.errors import ShapeChanged
from voronka.domain.windows import Window
from voronka.flows.load import Piece, load
from voronka.loading import MassDeletion

HEADER = "Договор;Клиент;Услуга;Стоимость;Начало;Окончание"
ROWS = {str(n): f"{n};17000{n};SEO;{n}000;01.01.2026;" for n in range(1, 8)}


@pytest.fixture(autouse=True)
def _no_frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VORONKA_AS_OF", raising=False)


class Agency:
    """An account that keeps its contracts in a folder."""

    def __init__(self, folder: Path, warehouse: Warehouse) -> None:
        self.folder, self.warehouse = folder, warehouse
        source = Source(provider="sheets", options={"folder": str(folder)})
        account = Account(id="north", name="North", crm=Source(provider="amocrm"), sheets=(source,))
        self.settings = Settings(accounts=(account,))

    def keeps(self, *rows: str, header: str = HEADER) -> None:
        (self.folder / "contracts.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")

    def tells(self, mail: MailSettings, owners: str) -> None:
        """Let it have a mail server and owners of its sheets."""
        [account] = self.settings.accounts
        options = {**account.sheets[0].options, "owners": owners}
        sheets = (account.sheets[0].model_copy(update={"options": options}),)
        self.settings = Settings(accounts=(account.model_copy(update={"sheets": sheets}),), mail=mail)

    def load(self) -> dict[str, Any]:
        now = clock.now()
        piece = Piece("north", "sheets", "sheets", "lists", Window(now.replace(year=now.year - 1), now))
        return {summary.entity: summary for summary in load(self.settings, piece)}

    def fees(self) -> dict[str, str]:
        rows = self.warehouse.rows(
            "select source_id, payload ->> 'fee', deletion_kind from raw.sheets_contracts order by 1"
        )
        return {number: f"{fee} {kind}" if kind else fee for number, fee, kind in rows}

    def quarantine(self) -> list[tuple[Any, ...]]:
        return self.warehouse.rows(
            "select code, source_id, resolved_at is not null from ops.quarantine order by first_seen_at, code"
        )


@pytest.fixture
def agency(tmp_path: Path, warehouse: Warehouse) -> Agency:
    made = Agency(tmp_path, warehouse)
    made.keeps(*ROWS.values())
    made.load()
    assert made.fees() == {n: f"{n}000" for n in ROWS}
    return made


def test_a_second_load_changes_nothing_and_a_change_keeps_what_it_replaced(agency: Agency) -> None:
    again = agency.load()
    assert again["contracts"].rows_unchanged == 7
    assert {entity: summary.status for entity, summary in again.items()} == {
        "contracts": "succeeded",
        **dict.fromkeys(set(LAYOUTS) - {"contracts"}, "skipped"),
    }
    agency.keeps(*ROWS.values(), "8;1;SEO;1;01.01.2026;")
    agency.keeps(ROWS["1"].replace("1000;", "1500;"), *list(ROWS.values())[1:])
    agency.load()
    assert agency.fees()["1"] == "1500"
    assert agency.warehouse.rows("select source_id, payload ->> 'fee' from raw.sheets_contracts_history") == [
        ("1", "1000")
    ]


def test_a_rejected_row_stays_in_force_until_it_is_mended(agency: Agency) -> None:
    bad = {**ROWS, "2": ROWS["2"].replace("2000;", "много;")}
    del bad["3"]
    agency.keeps(*bad.values())
    agency.load()
    assert agency.fees() == {n: f"{n}000" for n in ROWS} | {"3": "3000 missing"}
    assert agency.quarantine() == [("bad_number", "2", False)]
    agency.keeps(*{**bad, "2": ROWS["2"].replace("2000;", "2500;")}.values())
    agency.load()
    assert agency.fees()["2"] == "2500"
    assert agency.quarantine() == [("bad_number", "2", True)]


def test_two_rows_of_one_number_leave_the_last_sound_one(agency: Agency) -> None:
    agency.keeps(*ROWS.values(), ROWS["2"].replace("2000;", "9;"))
    agency.load()
    assert agency.fees() == {n: f"{n}000" for n in ROWS}
    assert agency.quarantine() == [("duplicate_key", "2", False)] * 2


def test_a_row_without_a_number_could_be_any_row(agency: Agency) -> None:
    agency.keeps(*[row for n, row in ROWS.items() if n != "3"], ROWS["3"].replace("3;", ";", 1))
    agency.load()
    assert agency.fees() == {n: f"{n}000" for n in ROWS}
    assert agency.quarantine() == [("missing_value", None, False)]


def test_a_refused_sheet_changes_nothing_and_does_not_hold_up_the_others(agency: Agency) -> None:
    agency.keeps(*ROWS.values(), header=HEADER.replace("Стоимость", "Цена за всё"))
    (agency.folder / "spend.csv").write_text("Период;Источник;Расход;НДС\n01.2026;vk_ads;5;да\n", "utf-8")
    with pytest.raises(ShapeChanged, match=r"no column стоимость \(fee\); found are: .*Цена за всё"):
        agency.load()
    assert agency.fees() == {n: f"{n}000" for n in ROWS}
    assert agency.warehouse.rows("select source_id from raw.sheets_spend") == [("month:2026-01-01|vk_ads||",)]


def test_an_emptied_sheet_stops_and_asks(agency: Agency) -> None:
    agency.keeps()
    with pytest.raises(MassDeletion, match="7 of 7"):
        agency.load()
    assert agency.fees() == {n: f"{n}000" for n in ROWS}


def test_what_is_wrong_is_listed_and_mailed_once_to_the_sheets_owners(agency: Agency) -> None:
    """One cell is told once; a second one makes it another set; a refused sheet is told with the headers found."""
    listed = (
        "select row_number, column_letter, header, found, expected, code from ops.sheet_problems order by 1"
    )
    with mail_server() as (server, mail):
        agency.tells(mail, owners="owner@a.example, second@a.example")
        agency.load()
        assert server.taken == []
        bad = {**ROWS, "2": ROWS["2"].replace("2000;", "много;")}
        agency.keeps(*bad.values())
        agency.load()
        agency.load()
        number = "a number such as 60 000 or 1 234,50"
        assert agency.warehouse.rows(listed) == [(3, "D", "Стоимость", "много", number, "bad_number")]
        assert sorted(server.recipients) == ["owner@a.example", "second@a.example"]
        assert (
            f"contracts.csv!D3 (Стоимость): found 'много', expected {number}"
            in server.taken[-1].get_content()
        )
        agency.keeps(*{**bad, "3": ROWS["3"].replace("3000;", "#REF!;")}.values())
        agency.load()
        assert [row[:2] for row in agency.warehouse.rows(listed)] == [(3, "D"), (4, "D")]
        assert len(server.recipients) == 4
        agency.keeps(*ROWS.values(), header=HEADER.replace("Стоимость", "Цена"))
        with pytest.raises(ShapeChanged):
            agency.load()
        assert [row[5] for row in agency.warehouse.rows(listed)] == ["refused"]
        assert (
            "sheet column missing: it has no column стоимость (fee); found are: Договор"
            in server.taken[-1].get_content()
        )
        agency.keeps(*ROWS.values())
        agency.load()
        assert agency.warehouse.rows(listed) == []
        assert len(server.recipients) == 6
