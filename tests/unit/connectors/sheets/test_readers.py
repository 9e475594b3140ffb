"""Both readers give the same rows; each says what it cannot find."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.doubles import Asked, CountingLimiter, Given, SleepBook, fake_provider
from tests.unit.connectors.sheets.rendering import CONTRACT_HEADERS, NOON, values
from voronka.config import Account, Source
from voronka.connectors import build
from voronka.connectors.sheets.csv_folder import decoded, rows_of
from voronka.connectors.sheets.layouts import LAYOUTS
from voronka.connectors.sheets.template import write_templates
from voronka.domain.errors import ConfigurationError, FeatureUnavailable, NotAuthorised, ShapeChanged
from voronka.domain.windows import Window

WINDOW = Window(NOON, NOON.replace(hour=13))
TAB = {"contracts": "Договоры", "plans": "Планы", "roster": "Сотрудники", "spend": "Расходы"}
UNFORMATTED: dict[str, list[list[Any]]] = {
    "Договоры": [CONTRACT_HEADERS, ["118", 17000201, "SEO; аудит", 60000.5, 46054], ["119", "ООО «Дом»", "SMM", 0, 46054, 46387]],
    "Планы": [["Период", "Показатель", "План"], [46023, "Выручка", 900000], ["1 кв. 2026", "Новые лиды", 300]],
    "Сотрудники": [["Email", "Действует с", "Часы"], ["irina@a.example", 46023, 160]],
    "Расходы": [["Дата", "Источник", "Расход", "С НДС"], ["01.2026", "vk_ads", 1234.5, True]],
}  # fmt: skip
FORMATTED = {
    "contracts": '{0}\n118;17000201;"SEO; аудит";60 000,50 ₽;01.02.2026;\n119;ООО «Дом»;SMM;0;01.02.2026;31.12.2026\n',
    "plans": "Период;Показатель;План\n01.01.2026;Выручка;900\u00a0000\n1 кв. 2026;Новые лиды;300\n",
    "roster": "Email;Действует с;Часы\nirina@a.example;01.01.2026;160\n",
    "spend": "Дата;Источник;Расход;С НДС\n01.2026;vk_ads;1 234,5;ИСТИНА\n",
}


def google(asked: Asked, sheets: dict[str, list[list[Any]]] | None = None) -> Given:
    tabs = UNFORMATTED if sheets is None else sheets
    if asked.headers.get("Authorization") != "Bearer token-1":
        return Given(401, {"error": {"code": 401, "message": "Invalid Credentials"}})
    if asked.path == "/v4/spreadsheets/book":
        return Given(body={"sheets": [{"properties": {"title": title}} for title in tabs]})
    if asked.path == "/v4/spreadsheets/book/values:batchGet":
        assert asked.query["valueRenderOption"] == "UNFORMATTED_VALUE"
        quoted = asked.query["ranges"][1:-1]
        assert "'" not in quoted.replace("''", ""), "a quote in a tab's name is written twice"
        title = quoted.replace("''", "'")
        values = {"values": tabs[title]} if tabs[title] else {}
        return Given(body={"valueRanges": [{"range": title, "majorDimension": "ROWS", **values}]})
    return Given(404, {"error": {"code": 404, "message": "Requested entity was not found."}})


def connector(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Any:
    monkeypatch.setenv("VORONKA_NORTH_SHEETS_ACCESS_TOKEN", "token-1")
    source = Source(provider="sheets", **settings)
    account = Account(id="north", name="North", crm=Source(provider="amocrm"), sheets=(source,))
    assert ("sheets", source) in account.sources
    return build(account, "sheets", source, CountingLimiter(), sleep=SleepBook())


@contextmanager
def spreadsheet(
    monkeypatch: pytest.MonkeyPatch, sheets: dict[str, list[list[Any]]] | None = None, **settings: Any
) -> Iterator[Any]:
    with fake_provider(lambda asked: google(asked, sheets)) as server:
        options = {"spreadsheet": "book", **settings.pop("options", {})}
        yield connector(monkeypatch, base_url=server.url, options=options, **settings)


def write(folder: Path, encoding: str = "utf-8", separator: str = ";") -> Path:
    for name, text in FORMATTED.items():
        content = text.replace("{0}", ";".join(CONTRACT_HEADERS))
        if separator == "\t":
            content = (
                content.replace('"SEO; аудит"', "SEO, аудит")
                .replace(";", "\t")
                .replace("SEO, аудит", "SEO; аудит")
            )
        (folder / f"{name}.csv").write_bytes(content.encode(encoding, "replace"))
    return folder


@pytest.mark.parametrize(("encoding", "separator"), [("utf-8", ";"), ("utf-8-sig", "\t"), ("cp1251", ";")])
def test_both_readers_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, separator: str
) -> None:
    if encoding == "cp1251":  # it has no rouble sign
        monkeypatch.setitem(FORMATTED, "contracts", FORMATTED["contracts"].replace("₽", "руб."))
    files = connector(monkeypatch, options={"folder": str(write(tmp_path, encoding, separator))})
    with spreadsheet(monkeypatch) as tabs:
        for entity in TAB:
            [from_tab], [from_file] = list(tabs.pages(entity, WINDOW)), list(files.pages(entity, WINDOW))
            assert values(from_tab) == values(from_file), entity
            assert len(from_tab.records) == len(UNFORMATTED[TAB[entity]]) - 1
            assert (from_tab.rejections, from_file.rejections) == ([], [])
            assert from_tab.source_total == len(from_tab.records)


def test_commas_and_the_separator_of_the_first_line() -> None:
    assert rows_of('\n"a;b",c,d\n1,2,"3\n4"\n') == [[], ["a;b", "c", "d"], ["1", "2", "3\n4"]]
    assert rows_of("") == []
    assert decoded("Клиент".encode("cp1251")) == decoded("\ufeffКлиент".encode()) == "Клиент"


def test_a_tab_is_found_by_its_name_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    sheets = {"Планы": [["Период", "Показатель", "План"]], " дело's ": UNFORMATTED["Договоры"]}
    with spreadsheet(monkeypatch, sheets, options={"contracts": "Дело's"}) as tabs:
        [page] = tabs.pages("contracts", WINDOW)
        assert [record.source_id for record in page.records] == ["118", "119"]
        assert next(tabs.pages("plans", WINDOW)).records == []
        with pytest.raises(FeatureUnavailable, match="no sheet Расходы or spend; it has: Планы"):
            list(tabs.pages("spend", WINDOW))
    with spreadsheet(monkeypatch, sheets, options={"spend": "Траты"}) as tabs, pytest.raises(ShapeChanged, match="no sheet Траты"):  # fmt: skip
        list(tabs.pages("spend", WINDOW))


def test_a_refused_sheet_names_the_column_and_the_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    sheets = {**UNFORMATTED, "Договоры": [["Договор", "Кто"]], "Планы": []}
    with spreadsheet(monkeypatch, sheets) as tabs:
        with pytest.raises(
            ShapeChanged,
            match=r"account north, sheets, contracts: the sheet Договоры .*found are: Договор, Кто",
        ):
            list(tabs.pages("contracts", WINDOW))
        with pytest.raises(ShapeChanged, match="blank"):
            list(tabs.pages("plans", WINDOW))
        found = {finding.check: finding for finding in tabs.probe()}
    bad = found["the sheet of contracts can be loaded"]
    assert (bad.ok, bad.severity) == (False, "error")
    assert "voronka sheets template" in bad.remedy
    assert found["the sheet of roster can be loaded"].message == "1 rows"


def test_a_probe_names_the_first_bad_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    (tmp_path / "plans.csv").write_text("Период,Показатель,План\n01.2026,Выручка,много\n", "utf-8")
    (tmp_path / "spend.csv").unlink()
    found = {f.check: f for f in connector(monkeypatch, options={"folder": str(tmp_path)}).probe()}
    plans = found["the sheet of plans can be loaded"]
    assert (plans.ok, plans.severity) == (False, "warning")
    assert "row 2, column C (План): found 'много'" in plans.message
    assert found["the sheet of spend can be loaded"].message.startswith("not kept: ")
    missing = connector(monkeypatch, options={"folder": str(tmp_path / "gone")})
    assert [f.ok for f in missing.probe()] == [False]
    with pytest.raises(ShapeChanged, match="no folder"):
        list(missing.pages("plans", WINDOW))


@pytest.mark.parametrize(
    ("status", "kind", "remedy"), [(403, NotAuthorised, "share the spreadsheet"), (404, ShapeChanged, "options.spreadsheet"), (400, ShapeChanged, "report")]
)  # fmt: skip
def test_refusals_say_what_to_do(
    monkeypatch: pytest.MonkeyPatch, status: int, kind: Any, remedy: str
) -> None:
    with fake_provider(lambda _: Given(status, {"error": {"message": "said so"}})) as server:
        made = connector(monkeypatch, base_url=server.url, options={"spreadsheet": "book"})
        with pytest.raises(kind, match="said so") as caught:
            list(made.pages("plans", WINDOW))
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("language", ["ru", "en"])
def test_templates_are_read_as_blank_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Any
) -> None:
    written = write_templates(tmp_path / "sheets", language)
    assert [path.name for path in written] == [*(f"{layout}.csv" for layout in LAYOUTS), "README.txt"]
    made = connector(monkeypatch, options={"folder": str(tmp_path / "sheets")})
    for entity in LAYOUTS:
        [page] = made.pages(entity, WINDOW)
        assert (page.records, page.rejections) == ([], [])
    explained = written[-1].read_text("utf-8")
    for layout in LAYOUTS.values():
        for column in layout.columns.values():
            assert column.about_ru in explained
            assert column.about_en in explained
    with pytest.raises(ConfigurationError, match="already holds contracts.csv"):
        write_templates(tmp_path / "sheets", language)


def test_the_examples_of_the_template_are_sound() -> None:
    for layout in LAYOUTS.values():
        row = layout.row.model_validate(
            {
                name: column.example
                for name, column in layout.columns.items()
                if column.example or name in layout.required
            }
        )
        assert row.source_id()
    assert date.fromisoformat(LAYOUTS["contracts"].row.model_validate(
        {name: column.example for name, column in LAYOUTS["contracts"].columns.items()}).payload()["started_on"]) == date(2026, 2, 1)  # fmt: skip
