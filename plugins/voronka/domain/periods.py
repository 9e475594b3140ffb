"""Reporting periods: an ISO week, a month or a day, in an account's own calendar.

Written ``2026-W47``, ``2026-10`` and ``2026-11-23``. A period is *complete* when its last local day is over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from voronka.domain.errors import ConfigurationError

PeriodKind = Literal["day", "week", "month"]
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from ``start`` to ``end``, both inclusive."""

    kind: PeriodKind
    start: date
    end: date

    def __str__(self) -> str:
        if self.kind == "week":
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02d}"
        return f"{self.start:%Y-%m}" if self.kind == "month" else self.start.isoformat()

    @classmethod
    def containing(cls, day: date, kind: PeriodKind) -> Period:
        """The period of that kind which holds the day."""
        if kind == "week":
            monday = day - timedelta(days=day.weekday())
            return cls(kind, monday, monday + timedelta(days=6))
        if kind == "month":
            first = day.replace(day=1)
            following = (first + timedelta(days=31)).replace(day=1)
            return cls(kind, first, following - timedelta(days=1))
        return cls(kind, day, day)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026-W47``, ``2026-10`` or ``2026-11-23``.

        Raises:
            ConfigurationError: when the text is none of these, or names a week or day that does not exist.
        """
        text = text.strip()
        try:
            if found := _WEEK.fullmatch(text):
                return cls.containing(date.fromisocalendar(int(found[1]), int(found[2]), 1), "week")
            if found := _MONTH.fullmatch(text):
                return cls.containing(date(int(found[1]), int(found[2]), 1), "month")
            return cls.containing(date.fromisoformat(text), "day")
        except ValueError as error:
            raise ConfigurationError(
                f"{text!r} is not a period.",
                remedy="write a week as 2026-W47, a month as 2026-10 or a day as 2026-11-23.",
            ) from error

    @classmethod
    def last_complete(cls, moment: datetime, time_zone: str, kind: PeriodKind = "week") -> Period:
        """The newest period of that kind whose last local day is over at ``moment``."""
        today = moment.astimezone(ZoneInfo(time_zone)).date()
        return cls.containing(cls.containing(today, kind).start - timedelta(days=1), kind)

    @property
    def previous(self) -> Period:
        """The period of the same kind right before this one."""
        return Period.containing(self.start - timedelta(days=1), self.kind)

    @property
    def days(self) -> list[date]:
        """Every day of it, in order."""
        return [self.start + timedelta(days=n) for n in range((self.end - self.start).days + 1)]

    def is_complete(self, moment: datetime, time_zone: str) -> bool:
        """Whether its last local day is over at ``moment``."""
        return moment.astimezone(ZoneInfo(time_zone)).date() > self.end
