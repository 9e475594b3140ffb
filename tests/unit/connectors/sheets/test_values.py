"""What people write into cells, and what it means."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from voronka.connectors.sheets.layouts.values import (
    BadCell,
    currency_of,
    day_of,
    day_or_month_of,
    email_of,
    number_of,
    period_of,
    truth_of,
    whole_of,
)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("60 000", "60000"),
        ("1\u00a0234,50 ₽", "1234.50"),
        ("1\u202f234,5 руб.", "1234.5"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,234", "1.234"),
        ("(1 000)", "-1000"),
        ("−5", "-5"),
        ("- 5,5", "-5.5"),
        ("12 %", "0.12"),
        ("120000 ₸", "120000"),
        ("3 шт", "3"),
        (60000, "60000"),
        (60000.0, "60000"),
        (0.1, "0.1"),
        ("0", "0"),
    ],
)
def test_numbers(cell: Any, number: str) -> None:
    assert number_of(cell) == Decimal(number)
    assert str(number_of(cell)) == str(number_of(str(number)))


@pytest.mark.parametrize(
    "cell", ["по запросу", "1 2 3", "12 34", "1e5", "--5", "5-", True, float("nan"), "₽", "9" * 40, 1e300]
)
def test_no_numbers(cell: Any) -> None:
    with pytest.raises(BadCell, match="a number such as") as caught:
        number_of(cell)
    assert caught.value.type == "bad_number"


@pytest.mark.parametrize("cell", ["#REF!", "#N/A", "#Н/Д", "#ЗНАЧ!", "#DIV/0!"])
def test_errors_of_formulas(cell: str) -> None:
    with pytest.raises(BadCell) as caught:
        number_of(cell)
    assert caught.value.type == "formula_error"


@pytest.mark.parametrize(
    "cell",
    ["31.12.2026", "31/12/26", "2026-12-31", "31.12.2026 г.", "2026-12-31T00:00:00", 46387, 46387.0, "46387"],
)
def test_days(cell: Any) -> None:
    assert day_of(cell) == date(2026, 12, 31)


@pytest.mark.parametrize("cell", ["31.02.2026", "2026-13-01", "вчера", 7, 2026, True, "12.2026"])
def test_no_days(cell: Any) -> None:
    with pytest.raises(BadCell) as caught:
        day_of(cell)
    assert caught.value.type == "bad_date"


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-05", "05.2026", "5.2026", "05/2026", "май 2026", "мая 2026", "Май.26", "may 2026", "MAY-26"),
        *("01.05.2026", "17.05.2026", 46143, 46150.0),
    ],
)
def test_months(cell: Any) -> None:
    assert period_of(cell) == ("month", date(2026, 5, 1))


@pytest.mark.parametrize(
    "cell", ["2 кв. 2026", "II кв 2026", "2 квартал 2026", "Q2 2026", "2026-Q2", "2026 q2"]
)
def test_quarters(cell: str) -> None:
    assert period_of(cell) == ("quarter", date(2026, 4, 1))


@pytest.mark.parametrize("cell", ["2026", "2026 г.", "2026 год", 2026])
def test_years(cell: Any) -> None:
    assert period_of(cell) == ("year", date(2026, 1, 1))


@pytest.mark.parametrize("cell", ["13.2026", "5 кв. 2026", "скоро", 12, "1812"])
def test_no_periods(cell: Any) -> None:
    with pytest.raises(BadCell) as caught:
        period_of(cell)
    assert caught.value.type == "bad_period"


def test_a_day_is_a_day_and_a_month_a_month() -> None:
    assert day_or_month_of("01.05.2026") == ("day", date(2026, 5, 1))
    assert day_or_month_of("05.2026") == ("month", date(2026, 5, 1))
    with pytest.raises(BadCell):
        day_or_month_of("2026")


def test_words() -> None:
    assert [truth_of(cell) for cell in ("Да", "нет", True, "+", "FALSE", 1)] == [
        True,
        False,
        True,
        True,
        False,
        True,
    ]
    assert [currency_of(cell) for cell in ("₽", "руб.", "kzt", "USD")] == ["RUB", "RUB", "KZT", "USD"]
    assert email_of(" Irina@Agency.example ") == "irina@agency.example"
    assert whole_of(2.0) == 2
    for parse, cell in ((truth_of, "может"), (currency_of, "рубли"), (email_of, "irina"), (whole_of, "1,5")):
        with pytest.raises(BadCell):
            parse(cell)
