"""Sheets by their layouts: what is taken, and which cell is named when it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.connectors.sheets.rendering import CONTRACT, CONTRACT_HEADERS, NOON, Refused, read, values

CELL = {name: n for n, name in enumerate(("contract", "client", "service", "fee", "started_on", "ended_on"))}


def test_a_contract() -> None:
    page = read(
        "contracts",
        [],
        ["", None, " "],
        [" № Договора ", "КЛИЕНТ", "service", "Fee", "Валюта", "дата начала", "Окончание", "Причина", "Регулярный",
         "Период оплаты", "Заметка"],
        ["118/2", 17000201, "SEO", 180000.5, "₽", 46054, "31.12.2026", "Индексация", "нет", "Квартал", "важно"],
    )  # fmt: skip
    assert values(page) == {
        "118/2": {
            "contract": "118/2",
            "client": "17000201",
            "service": "SEO",
            "fee": "180000.5",
            "currency": "RUB",
            "started_on": "2026-02-01",
            "ended_on": "2026-12-31",
            "change_reason": "indexation",
            "is_recurring": False,
            "billing_period": "quarter",
        }
    }
    [record] = page.records
    assert record.updated_at == NOON == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert record.payload["as_received"]["Заметка"] == "важно"
    assert record.payload["as_received"]["Fee"] == 180000.5


def test_ragged_and_blank_rows() -> None:
    page = read("contracts", CONTRACT_HEADERS, CONTRACT[:5], [], ["", None], [*CONTRACT[:1]])
    assert list(values(page)) == ["118"]
    assert values(page)["118"]["is_recurring"] is True
    assert values(page)["118"]["billing_period"] == "month"
    assert [(r.code, r.source_id) for r in page.rejections] == [("missing_value", "118")] * 4


@pytest.mark.parametrize(
    ("row", "code", "where", "found", "key"),
    [
        ({"fee": "по запросу"}, "bad_number", "column D (Стоимость)", "'по запросу'", "118"),
        ({"fee": "(1 000)"}, "negative_number", "column D (Стоимость)", "'(1 000)'", "118"),
        ({"client": ""}, "missing_value", "column B (Клиент)", "nothing", "118"),
        ({"client": "#REF!"}, "formula_error", "column B (Клиент)", "'#REF!'", "118"),
        ({"started_on": "31.02.2026"}, "bad_date", "column E (Начало)", "'31.02.2026'", "118"),
        ({"ended_on": "01.01.2026"}, "ends_before_it_starts", "column F (Окончание)",
         "'01.01.2026'", "118"),
        ({"contract": ""}, "missing_value", "column A (Договор)", "nothing", None),
    ],
)  # fmt: skip
def test_a_bad_contract_cell_is_named(
    row: dict[str, Any], code: str, where: str, found: str, key: str | None
) -> None:
    cells = list(CONTRACT)
    for name, value in row.items():
        cells[CELL[name]] = value
    page = read("contracts", CONTRACT_HEADERS, ["1", *CONTRACT[1:]], [], cells, title="Договоры")
    assert list(values(page)) == ["1"]
    [rejection] = page.rejections
    assert (rejection.code, rejection.source_id) == (code, key)
    assert rejection.reason.startswith(f"sheet Договоры, row 4, {where}: found {found}, expected ")
    assert f"mend the cell {where.split()[1]}4" in rejection.remedy
    assert rejection.payload["row"] == 4
    assert rejection.payload["column"] == where.split()[1]


@pytest.mark.parametrize(
    ("layout", "headers", "row", "code", "where"),
    [
        ("contracts", [*CONTRACT_HEADERS, "Причина"], [*CONTRACT, "прочее"], "bad_choice", "column G (Причина)"),
        ("contracts", [*CONTRACT_HEADERS, "Регулярный"], [*CONTRACT, "иногда"], "bad_choice", "column G (Регулярный)"),
        ("contracts", [*CONTRACT_HEADERS, "Период оплаты"], [*CONTRACT, "неделя"], "bad_choice", "column G (Период оплаты)"),
        ("contracts", [*CONTRACT_HEADERS, "Валюта"], [*CONTRACT, "рубли"], "bad_currency", "column G (Валюта)"),
        ("plans", ["Период", "KPI", "План"], ["скоро", "Выручка", 5], "bad_period", "column A (Период)"),
        ("plans", ["Период", "KPI", "План"], ["01.2026", "", 5], "missing_value", "column B (KPI)"),
        ("plans", ["Период", "KPI", "План"], ["01.2026", "Выручка", "много"], "bad_number", "column C (План)"),
        ("plans", ["Период", "KPI", "План", "Версия"], ["01.2026", "Выручка", 5, 0], "bad_number", "column D (Версия)"),
        ("roster", ["Email", "Действует с"], ["Ирина", "01.01.2026"], "bad_email", "column A (Email)"),
        ("roster", ["Email", "С", "По"], ["a@b.example", "02.01.2026", "01.01.2026"], "ends_before_it_starts", "column C (По)"),
        ("roster", ["Email", "С", "Часы"], ["a@b.example", "02.01.2026", -1], "negative_number", "column C (Часы)"),
        ("spend", ["Месяц", "Источник", "Расход", "НДС"], ["2026", "vk_ads", 5, "да"], "bad_period", "column A (Месяц)"),
        ("spend", ["Месяц", "Источник", "Расход", "НДС"], ["01.2026", "vk_ads", 5, "22"], "bad_choice", "column D (НДС)"),
        ("spend", ["Месяц", "Источник", "Расход", "НДС"], ["01.2026", "vk_ads", -5, "да"], "negative_number", "column C (Расход)"),
    ],
)  # fmt: skip
def test_other_bad_cells_are_named(
    layout: str, headers: list[str], row: list[Any], code: str, where: str
) -> None:
    page = read(layout, headers, row)
    assert page.records == []
    [rejection] = page.rejections
    assert rejection.code == code
    assert f"row 2, {where}: found " in rejection.reason


def test_two_rows_of_one_key_are_both_refused() -> None:
    page = read(
        "contracts",
        CONTRACT_HEADERS,
        CONTRACT,
        ["119", *CONTRACT[1:]],
        ["118", *CONTRACT[1:3], "1", *CONTRACT[4:]],
    )
    assert list(values(page)) == ["119"]
    assert [(r.code, r.source_id) for r in page.rejections] == [("duplicate_key", "118")] * 2
    assert "row 2, column A (Договор): found '118' again" in page.rejections[0].reason
    assert "rows 2, 4" in page.rejections[1].reason


def test_plans_in_the_long_form() -> None:
    page = read(
        "plans",
        ["Период", "Показатель", "Разрез", "Сотрудник", "План", "Ед.", "Версия"],
        ["01.2026", "Выручка", "SEO", "Irina@a.example", "900 000", "RUB", ""],
        ["01.2026", "Выручка", "SEO", "irina@a.example", 950000, "RUB", 2],
        ["1 кв. 2026", "Звонки", "", "", 0],
        ["02.2026", "NPS", "", "", "45 %"],
        ["03.2026", "Выручка", "", "", ""],
    )
    found = values(page)
    assert list(found) == [
        "month:2026-01-01|payments_amount|seo|irina@a.example|1",
        "month:2026-01-01|payments_amount|seo|irina@a.example|2",
        "quarter:2026-01-01|calls_successful_30s|||1",
        "month:2026-02-01|nps|||1",
    ]
    assert found["quarter:2026-01-01|calls_successful_30s|||1"] == {
        "period_type": "quarter",
        "period_start": "2026-01-01",
        "metric": "calls_successful_30s",
        "value": "0",
        "scope": None,
        "owner": None,
        "unit": None,
        "version": 1,
    }
    assert found["month:2026-02-01|nps|||1"]["value"] == "0.45"
    assert page.rejections == []


def test_plans_in_the_wide_form() -> None:
    wide = read(
        "plans",
        ["Показатель", "Сотрудник", "янв.26", "фев 2026", 46082, "Заметка"],
        ["Выручка", "", 100, "", "много", "x"],
        ["Звонки", "irina@a.example", 0, 5],
    )
    long = read(
        "plans",
        ["Период", "Показатель", "Сотрудник", "План"],
        ["01.2026", "Выручка", "", 100],
        ["01.2026", "Звонки", "irina@a.example", 0],
        ["02.2026", "Звонки", "irina@a.example", 5],
    )
    assert values(wide) == values(long)
    [rejection] = wide.rejections
    assert rejection.source_id == "month:2026-03-01|payments_amount|||1"
    assert "row 2, column E (46082): found 'много'" in rejection.reason
    assert wide.records[0].payload["as_received"] == {"Показатель": "Выручка", "янв.26": 100, "Заметка": "x"}


def test_roster_and_spend() -> None:
    roster = read(
        "roster",
        ["E-mail", "Отдел", "Команда", "Должность", "Часы", "Макс. нагрузка", "С", "По"],
        ["Irina@A.example", "x", "Группа 1", "Менеджер", 160, "40", "01.01.2026", ""],
    )
    assert list(values(roster)) == ["irina@a.example|2026-01-01"]
    assert values(roster)["irina@a.example|2026-01-01"]["hours_per_month"] == "160"
    spend = read(
        "spend",
        ["Дата", "Источник", "Канал", "Кампания", "Расход", "Валюта", "С НДС"],
        ["31.01.2026", "VK_Ads", "paid", "", "1 234,50", "", "нет"],
        ["01.2026", "vk_ads", "paid", "Поиск", 99, "RUB", "да"],
    )
    assert list(values(spend)) == ["day:2026-01-31|vk_ads|paid|", "month:2026-01-01|vk_ads|paid|поиск"]
    assert values(spend)["day:2026-01-31|vk_ads|paid|"]["vat_included"] is False


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([CONTRACT_HEADERS[:3]], r"no column стоимость \(fee\), начало \(started on\), окончание \(ended on\); found are: Договор"),
        ([], "blank"),
        ([["", None]], "blank"),
        ([[*CONTRACT_HEADERS, "Contract"]], r"columns A \(Договор\) and G \(Contract\) both mean contract"),
    ],
)  # fmt: skip
def test_a_sheet_without_its_columns_is_refused(rows: list[list[Any]], message: str) -> None:
    with pytest.raises(Refused, match=message):
        read("contracts", *rows)


def test_two_months_do_not_make_a_wide_sheet() -> None:
    with pytest.raises(Refused, match=r"период \(period\), план \(plan\)"):
        read("plans", ["Показатель", "янв 2026", "фев 2026"], ["Выручка", 1, 2])
