"""Words from the one catalogue and figures by locale: Russian first, English second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from voronka.config.paths import project_folder
from voronka.domain.errors import ConfigurationError
from voronka.domain.periods import Period

MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"
NONE = "\N{EN DASH}"
LANGUAGES = ("ru", "en")
DECIMALS = {"score": 1, "days": 1}


def reports_folder() -> Path:
    """Where templates, samples and the catalogue are."""
    return project_folder() / "reports"


@cache
def _entries() -> dict[str, dict[str, Any]]:
    path = reports_folder() / "_layout" / "catalogue.yml"
    entries: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return entries


@dataclass(frozen=True, slots=True)
class Language:
    """One language with its locale. ``code`` is ``ru`` or ``en``.

    Figures: shares are fractions and become %, differences of shares become percentage points, absent values a dash.
    """

    code: str

    def __post_init__(self) -> None:
        if self.code not in LANGUAGES:
            raise ConfigurationError(
                f"Reports are not written in {self.code!r}.", remedy=f"choose one of {', '.join(LANGUAGES)}."
            )

    @property
    def locale(self) -> Locale:
        """Babel's locale."""
        return Locale.parse("ru_RU" if self.code == "ru" else "en_GB")

    def text(self, key: str, **values: object) -> str:
        """The phrase of a key, its ``{names}`` filled in.

        Raises:
            KeyError: when the catalogue lacks the key, the language or a value, so that no half sentence is sent.
        """
        return str(_entries()[key][self.code]).format(**values)

    def count(self, key: str, n: int, **values: object) -> str:
        """The phrase of a key in the plural form that ``n`` asks for; ``{n}`` is the number by locale."""
        forms = _entries()[key][self.code]
        form = self.locale.plural_form(abs(n))
        return str(forms.get(form) or forms["other"]).format(n=self.number(n), **values)

    def number(self, value: float | None, digits: int = 0) -> str:
        """``12 345`` or ``12,345``; at most ``digits`` decimals, and exactly these when there are any."""
        if value is None:
            return NONE
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return _signed(format_decimal(_rounded(value, digits), pattern, locale=self.locale))

    def percent(self, fraction: float | None, digits: int = 1) -> str:
        """A fraction as %: 0.56 → ``56,0 %``."""
        if fraction is None:
            return NONE
        return self.number(fraction * 100, digits) + (NBSP + "%" if self.code == "ru" else "%")

    def money(self, value: float | None, currency: str) -> str:
        """Whole units of a currency with its sign."""
        if value is None:
            return NONE
        symbol = get_currency_symbol(currency, self.locale)
        # Letters follow the number in both languages: 480,000 RUB, but £480,000.
        pattern = f"#,##0{NBSP}¤" if self.code == "ru" or symbol.isalpha() else "¤#,##0"
        shown = format_currency(
            _rounded(value, 0), currency, format=pattern, locale=self.locale, currency_digits=False
        )
        return _signed(shown)

    def value(self, value: float | None, unit: str, currency: str = "RUB") -> str:
        """A value by its unit: share, count, score (one decimal), money, minutes, days."""
        if unit == "share":
            return self.percent(value)
        if unit == "money":
            return self.money(value, currency)
        shown = self.number(value, DECIMALS.get(unit, 0))
        return (
            self.text(f"unit_{unit}", value=shown)
            if value is not None and unit in ("minutes", "days")
            else shown
        )

    def change(self, change: float | None, unit: str, currency: str = "RUB") -> str:
        """A signed difference by its unit; shares differ in percentage points. Nothing to compare with: empty."""
        if change is None:
            return ""
        if unit == "share":
            shown = self.text("points", value=self.number(abs(change) * 100, 1))
            zero = _rounded(abs(change) * 100, 1) == 0
        else:
            shown = self.value(abs(change), unit, currency)
            zero = _rounded(abs(change), DECIMALS.get(unit, 0)) == 0
        return shown if zero else ("+" if change > 0 else MINUS) + shown

    def day(self, day: date, style: str = "medium") -> str:
        """A day: short ``16 нояб.``, medium ``16 нояб. 2026``, words ``16 ноября``, long ``16 ноября 2026``."""
        pattern = {"short": "d MMM", "medium": "d MMM y", "words": "d MMMM", "long": "d MMMM y"}[style]
        return str(format_date(day, pattern, locale=self.locale))

    def month(self, day: date) -> str:
        """``ноябрь 2026``."""
        return str(format_date(day, "LLLL y", locale=self.locale))

    def moment(self, moment: datetime, time_zone: str) -> str:
        """A moment on the account's clock, with the zone's name."""
        local = moment.astimezone(ZoneInfo(time_zone))
        return f"{format_datetime(local, 'd MMM y, HH:mm', locale=self.locale)} ({time_zone})"

    def period(self, period: Period) -> str:
        """A period for a heading: ``16–22 ноября 2026``, ``октябрь 2026``."""
        if period.kind == "month":
            return self.month(period.start)
        if period.kind == "day":
            return self.day(period.start, "long")
        same_month = period.start.month == period.end.month
        same_year = period.start.year == period.end.year
        pattern = "d" if same_month else ("d MMMM" if same_year else "d MMMM y")
        first = format_date(period.start, pattern, locale=self.locale)
        glue = NONE if same_month else f"{NBSP}{NONE} "
        return f"{first}{glue}{self.day(period.end, 'long')}"


def _rounded(value: float, digits: int) -> float:
    """Round half away from zero, as people do, and never to minus zero."""
    from decimal import ROUND_HALF_UP, Decimal

    # Twelve significant digits first: 0.355 × 100 must not become 35.49999.
    exact = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return float(exact) + 0.0


def _signed(text: str) -> str:
    return text.replace("-", MINUS)
