"""What people write into cells → values: numbers, days, periods, yes and no.

Each parser takes a cell as a spreadsheet's API or a CSV file gives it (text, number, truth value, or None when blank) and
returns the value, or raises a :class:`BadCell` whose message says what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeVar

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

T = TypeVar("T")
Period = tuple[Literal["day", "month", "quarter", "year"], date]

EPOCH = date(1899, 12, 30)
"""Day zero of spreadsheets."""
SERIALS = range(32_874, 73_416)
"""Day numbers of 1990 to 2100; anything else is more likely another number than a day."""
YEARS = range(1990, 2101)
MOST = Decimal(10) ** 15
"""Numbers from here on are slips of the keyboard."""
_ERRORS = re.compile(r"#([A-ZА-Я/0]+[!?]?|N/A|Н/Д)$")
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_UNITS = re.compile(r"(₽|руб\.?|р\.|rub|\$|usd|€|eur|₸|kzt|тг\.?|шт\.?|pcs)$", re.IGNORECASE)
_NUMBER = re.compile(r"-?(\d+|\d{1,3}( \d{3})+)(\.\d+)?")
_MONTHS = {
    stem: number
    for number, stems in enumerate(
        ("янв jan", "фев feb", "мар mar", "апр apr", "май мая may", "июн jun", "июл jul", "авг aug", "сен sep", "окт oct",
         "ноя nov", "дек dec"), start=1)
    for stem in stems.split()
}  # fmt: skip
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_YES = {"да", "yes", "true", "истина", "1", "+", "y", "д"}
_NO = {"нет", "no", "false", "ложь", "0", "-", "−", "n", "н"}
_CURRENCIES = {"₽": "RUB", "руб": "RUB", "руб.": "RUB", "р.": "RUB", "$": "USD", "€": "EUR", "₸": "KZT", "тг": "KZT", "тенге": "KZT"}  # fmt: skip


class BadCell(PydanticCustomError):
    """A cell that breaks the rules: a short machine name and what was expected."""

    def __new__(cls, code: str, expected: str) -> BadCell:
        return super().__new__(cls, code, expected.replace("{", "{{"))


def squeezed(cell: Any) -> str | None:
    """A cell's text with single spaces and none around; None when there is nothing in it."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return _SPACES.sub(" ", str(cell)).strip() or None


def text_of(cell: Any) -> str:
    """Text that is not an error of a formula."""
    text = squeezed(cell)
    if text is None:
        raise BadCell("missing_value", "a value")
    if _ERRORS.match(text):
        raise BadCell("formula_error", "a value, not the error of a formula")
    return text


def number_of(cell: Any) -> Decimal:
    """A decimal: ``1 234,50 ₽``, ``(1 000)`` for a negative one, ``12 %`` for 0.12, or a plain number."""
    expected = "a number such as 60 000 or 1 234,50"
    if isinstance(cell, bool):
        raise BadCell("bad_number", expected)
    if isinstance(cell, int | float):
        return _plain(Decimal(str(cell)), expected)
    text = text_of(cell)
    is_negative = text.startswith("(") and text.endswith(")")
    text = text.strip("()").strip().replace("−", "-").replace("–", "-")
    is_share = text.endswith("%")
    text = _UNITS.sub("", text.rstrip("%").strip()).strip()
    text = _dotted(text.replace("- ", "-"))
    if not _NUMBER.fullmatch(text):
        raise BadCell("bad_number", expected)
    number = Decimal(text.replace(" ", ""))
    number = number / 100 if is_share else number
    return _plain(-number if is_negative else number, expected)


def _plain(number: Decimal, expected: str) -> Decimal:
    """The number in its only form, so that 1.50 and 1.5 are no two versions of a row."""
    if not number.is_finite() or abs(number) >= MOST:
        raise BadCell("bad_number", expected)
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _dotted(text: str) -> str:
    """With a dot before the fraction and nothing but spaces between thousands: the mark that comes last is the fraction's."""
    if "," in text and "." in text:
        thousands = "," if text.rfind(".") > text.rfind(",") else "."
        return text.replace(thousands, "").replace(",", ".")
    for mark in (",", "."):
        if text.count(mark) > 1:
            return text.replace(mark, " ")
    return text.replace(",", ".")


def amount_of(cell: Any) -> Decimal:
    """A number that is not negative."""
    number = number_of(cell)
    if number < 0:
        raise BadCell("negative_number", "zero or more")
    return number


def whole_of(cell: Any) -> int:
    """A whole number from 1 on."""
    number = number_of(cell)
    if number != number.to_integral_value() or number < 1:
        raise BadCell("bad_number", "a whole number from 1 on")
    return int(number)


def count_of(cell: Any) -> int:
    """A whole number from 0 on."""
    number = number_of(cell)
    if number != number.to_integral_value() or number < 0:
        raise BadCell("bad_number", "a whole number from 0 on")
    return int(number)


def mark_of(cell: Any) -> int:
    """A whole number from 0 to 10."""
    number = number_of(cell)
    if number != number.to_integral_value() or not 0 <= number <= 10:
        raise BadCell("bad_number", "a whole number from 0 to 10")
    return int(number)


def positive_of(cell: Any) -> Decimal:
    """A number over zero."""
    number = number_of(cell)
    if number <= 0:
        raise BadCell("bad_number", "a number over zero")
    return number


def share_of(cell: Any) -> Decimal:
    """A fraction from 0 to 1: ``40 %`` or ``0,4``."""
    number = number_of(cell)
    if not 0 <= number <= 1:
        raise BadCell("bad_share", "a share from 0 to 100 % such as 40 % or 0,4")
    return number


def day_of(cell: Any) -> date:
    """A day: ``31.12.2026``, ``31/12/26``, ``2026-12-31``, or a spreadsheet's number of the day."""
    expected = "a date such as 31.12.2026 or 2026-12-31"
    serial = _serial(cell)
    if serial is not None:
        return serial
    text = text_of(cell)
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", text)
    local = re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})(?: г\.?)?", text)
    try:
        if iso:
            return date(*map(int, iso.groups()))
        if local:
            day, month, year = map(int, local.groups())
            return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        pass
    raise BadCell("bad_date", expected)


def _serial(cell: Any) -> date | None:
    """The day a spreadsheet's day number stands for; None when it is none."""
    if isinstance(cell, str) and re.fullmatch(r"\d{5}", cell.strip()):
        cell = int(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float) or int(cell) not in SERIALS:
        return None
    return EPOCH + timedelta(days=int(cell))


def period_of(cell: Any) -> Period:
    """A month (also by any day in it), quarter or year: ``2026-01``, ``янв 2026``, ``01.01.2026``, ``1 кв. 2026``, ``2026``."""
    if not isinstance(cell, str) or re.fullmatch(r"\d{5}", cell.strip()):
        serial = _serial(cell)
        if serial:
            return "month", serial.replace(day=1)
    text = text_of(cell).lower()
    found = _named_month(text) or _numbered_month(text) or _quarter(text)
    if found:
        return found
    if re.fullmatch(r"\d{4}(?: г\.?| год)?", text) and int(text[:4]) in YEARS:
        return "year", date(int(text[:4]), 1, 1)
    try:
        return "month", day_of(text).replace(day=1)
    except BadCell:
        raise BadCell(
            "bad_period", "a month, quarter or year such as 01.2026, янв 2026, 1 кв. 2026 or 2026"
        ) from None


def month_of(cell: Any) -> date:
    """The first day of a month."""
    kind, start = period_of(cell)
    if kind != "month":
        raise BadCell("bad_period", "a month such as 01.2026 or янв 2026")
    return start


def day_or_month_of(cell: Any) -> Period:
    """A day, or a month written without one."""
    try:
        return "day", day_of(cell)
    except BadCell:
        kind, start = period_of(cell)
        if kind == "month":
            return kind, start
        raise BadCell("bad_period", "a day or a month such as 31.01.2026 or 01.2026") from None


def _named_month(text: str) -> Period | None:
    match = re.fullmatch(r"([a-zа-я]{3,})\.?[ .\-/']*(\d{4}|\d{2})(?: г\.?)?", text)
    month = _MONTHS.get(match[1][:3]) if match else None
    return ("month", date(_full_year(match[2]), month, 1)) if match and month else None


def _numbered_month(text: str) -> Period | None:
    match = re.fullmatch(r"(\d{4})[-./](\d{1,2})", text) or re.fullmatch(r"(\d{1,2})[-./](\d{4})", text)
    if not match:
        return None
    year, month = (match[1], match[2]) if len(match[1]) == 4 else (match[2], match[1])
    return ("month", date(int(year), int(month), 1)) if 1 <= int(month) <= 12 and int(year) in YEARS else None


def _quarter(text: str) -> Period | None:
    match = re.fullmatch(
        r"([1-4]|iv|i{1,3})[ -]*(?:кв|квартал|quarter)\.? *(\d{4})(?: г\.?)?", text
    ) or re.fullmatch(r"q([1-4])[ -]*(\d{4})", text)
    turned = re.fullmatch(r"(\d{4})[ -]*q([1-4])", text)
    number, year = (match[1], match[2]) if match else (turned[2], turned[1]) if turned else ("", "")
    return ("quarter", date(int(year), 3 * _QUARTERS[number] - 2, 1)) if number else None


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def truth_of(cell: Any) -> bool:
    """Yes or no, in either language."""
    if isinstance(cell, bool):
        return cell
    word = text_of(cell).lower()
    if word in _YES | _NO:
        return word in _YES
    raise BadCell("bad_choice", "да or нет (yes or no)")


def currency_of(cell: Any) -> str:
    """An ISO code, also by its sign."""
    text = text_of(cell)
    code = _CURRENCIES.get(text.lower(), text.upper())
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadCell("bad_currency", "a currency's code of three letters such as RUB")
    return code


def email_of(cell: Any) -> str:
    """An e-mail address, lower case."""
    text = text_of(cell).lower()
    if not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+", text):
        raise BadCell("bad_email", "an e-mail address such as irina@agency.example")
    return text


def site_of(cell: Any) -> str:
    """A site's host, lower case, without ``www.``: what of an address matters."""
    text = text_of(cell).lower()
    host = re.sub(r"^[a-z]+://", "", text).split("/")[0].split(":")[0].removeprefix("www.").rstrip(".")
    if not re.fullmatch(r"([\w-]+\.)+[\w-]{2,}", host):
        raise BadCell("bad_site", "a site such as stroy-dom.example")
    return host


def one_of(words: dict[str, str], expected: str) -> Callable[[Any], str]:
    """A parser of a choice: word as written, lower case → value."""

    def parse(cell: Any) -> str:
        word = text_of(cell).lower()
        if word not in words:
            raise BadCell("bad_choice", expected)
        return words[word]

    return parse


def not_before(end: date | None, start: date | None) -> date | None:
    """The end of a stretch of days, when it does not lie before its start."""
    if end and start and end < start:
        raise BadCell("ends_before_it_starts", f"a day not before {start:%d.%m.%Y}, when it starts")
    return end


def not_less(last: int | None, first: int | None) -> int | None:
    """The last of a stretch of numbers, when it is not less than the first."""
    if last is not None and first is not None and last < first:
        raise BadCell("ends_before_it_starts", f"a number not under {first}, where it starts")
    return last


def needed(parse: Callable[[Any], T]) -> BeforeValidator:
    """For a field that every row must fill."""

    def check(cell: Any) -> T:
        if squeezed(cell) is None:
            raise BadCell("missing_value", "a value")
        return parse(cell)

    return BeforeValidator(check)


def optional(parse: Callable[[Any], T]) -> BeforeValidator:
    """For a field that may be blank: None then."""
    return BeforeValidator(lambda cell: None if squeezed(cell) is None else parse(cell))
