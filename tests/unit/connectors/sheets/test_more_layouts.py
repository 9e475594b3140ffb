"""The layouts beside contracts, plans, roster and spend: what a row becomes, and which cell is named when it may not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.connectors.sheets.rendering import read, values
from voronka.connectors.sheets.layouts import LAYOUTS

RATE_HEADERS = [
    "Подразделение", "За что", "Вид", "Ставка", "Месяц клиента с", "Месяц клиента по", "Действует с", "Действует по",
]  # fmt: skip
SCORE_HEADERS = ["ID", "Сотрудник", "Оценил", "Дата оценки", "Пункт", "Вес", "Оценка", "Апелляция"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_templates_examples_are_a_sound_row(layout: str) -> None:
    columns = LAYOUTS[layout].columns.values()
    for headers in ([c.headers[0] for c in columns], [c.english for c in columns]):
        page = read(layout, headers, [column.example for column in columns])
        assert (len(page.records), list(page.rejections)) == (1, [])


def test_rates() -> None:
    page = read(
        "rates",
        RATE_HEADERS,
        ["Отдел продаж", "Первая оплата", "процент", "10 %", "", "", "01.01.2026", ""],
        ["Отдел продаж", "Первая оплата", "процент", 0.12, None, None, "01.07.2026", None],
        ["", "Своё действие", "сумма", "1 500 ₽", 2, 3, "01.01.2026", "31.12.2026"],
    )
    rates = list(values(page).values())
    assert [r["rate"] for r in rates] == ["0.1", "0.12", "1500"]
    assert [r["event"] for r in rates] == ["first_payment", "first_payment", "своё действие"]
    assert [(r["month_from"], r["month_to"]) for r in rates] == [(None, None), (None, None), (2, 3)]
    assert list(page.rejections) == []


@pytest.mark.parametrize(
    ("layout", "headers", "row", "named"),
    [
        ("rates", RATE_HEADERS, ["", "Оплата", "процент", 10, "", "", "01.01.2026", ""], ("bad_share", "D2", "at most 100 %")),
        ("rates", RATE_HEADERS, ["", "Оплата", "часть", 1, "", "", "01.01.2026", ""], ("bad_choice", "C2", "сумма or процент")),
        ("rates", RATE_HEADERS, ["", "Оплата", "сумма", 1, 4, 3, "01.01.2026", ""], ("ends_before_it_starts", "F2", "not under 4")),
        ("rates", RATE_HEADERS, ["", "Оплата", "сумма", 1, "", "", "02.01.2026", "01.01.2026"], ("ends_before_it_starts", "H2", "02.01.2026")),
        ("payroll", ["Сотрудник", "Месяц", "Сумма"], ["i@a.example", "1 кв. 2026", 5], ("bad_period", "B2", "a month such as")),
        ("services", ["Услуга", "Цена", "Не ниже", "С"], ["SEO", 100, 120, "01.01.2026"], ("floor_over_price", "C2", "at most the base price, 100")),
        ("services", ["Услуга", "Цена", "Маржа", "С"], ["SEO", 100, 40, "01.01.2026"], ("bad_share", "C2", "40 %")),
        ("salary_index", ["Регион", "Год", "Индекс"], ["Москва", 2026, 0], ("bad_number", "C2", "over zero")),
        ("call_scores", SCORE_HEADERS, ["7", "i@a.example", "q@a.example", "12.01.2026", "П", 1, 2, ""], ("bad_choice", "G2", "1, 0 or н/п")),
        ("call_scores", SCORE_HEADERS, ["7", "i@a.example", "q@a.example", "12.01.2026", "П", 0, 1, ""], ("bad_number", "F2", "over zero")),
        ("competitors", ["Проект", "Конкурент"], ["a.example", "сосед"], ("bad_site", "B2", "a site such as")),
        ("contact_results", ["Клиент", "Месяц работы", "Дата", "Удовлетворённость"], ["1", 2, "12.01.2026", 11], ("bad_number", "D2", "from 0 to 10")),
        ("candidates", ["Кандидат", "Вакансия", "HR", "Канал", "Отклик", "Вышел"], ["К-1", "SEO", "h", "", "12.01.2026", "11.01.2026"],
         ("ends_before_it_starts", "F2", "12.01.2026")),
        ("roster", ["Email", "С", "Принят", "Уволен"], ["i@a.example", "01.01.2026", "01.01.2026", "31.12.2025"], ("ends_before_it_starts", "D2", "01.01.2026")),
    ],
)  # fmt: skip
def test_a_cell_that_breaks_a_rule_is_named(
    layout: str, headers: list[str], row: list[Any], named: tuple[str, str, str]
) -> None:
    code, cell, expected = named
    page = read(layout, headers, row)
    assert page.records == []
    [rejection] = page.rejections
    assert rejection.code == code
    assert f"{rejection.payload['column']}{rejection.payload['row']}" == cell
    assert rejection.payload["header"] == headers[ord(cell[0]) - ord("A")]
    assert expected in rejection.payload["expected"]


def test_scores() -> None:
    page = read(
        "call_scores",
        SCORE_HEADERS,
        [7000123, "i@a.example", "q@a.example", "12.01.2026", "Назвал имя", 2, True, ""],
        [7000123, "i@a.example", "q@a.example", "12.01.2026", "Спросил бюджет", "", "н/п", "Удовлетворена"],
    )
    met, skipped = values(page).values()
    assert (met["subject_type"], met["subject"], met["value"], met["weight"]) == ("call", "7000123", "1", "2")
    assert met["is_critical"] is False
    assert (skipped["value"], skipped["weight"], skipped["appeal"]) == ("na", "1", "upheld")


def test_a_competitors_site_is_its_host() -> None:
    page = read(
        "competitors", ["Проект", "Конкурент"], ["a.example", "HTTPS://www.Drugoy-Dom.example:443/seo?x=1"]
    )
    assert [row["site"] for row in values(page).values()] == ["drugoy-dom.example"]


def test_long_texts_name_rows_shortly_and_apart() -> None:
    text = "Написали тексты " * 40
    headers = ["Клиент", "Месяц", "Вид", "Работа"]
    page = read(
        "work_log", headers, ["1", "01.2026", "сделано", text + "а"], ["1", "01.2026", "сделано", text + "б"]
    )
    names = [record.source_id for record in page.records]
    assert len(set(names)) == 2
    assert all(len(name) < 200 for name in names)
    assert [row["text"][-1] for row in values(page).values()] == ["а", "б"]
