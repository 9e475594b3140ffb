"""Days of a provider: a check or an average belongs to the window that holds the start of its day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from voronka.connectors.rows import Unusable
from voronka.domain.windows import Window

LOOK = "look at the project in the provider's own screen; if it is right there, report it with the payload from ops.quarantine."


@lru_cache(maxsize=4096)
def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The start of a local day, aware UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def days_starting_in(window: Window, zone: ZoneInfo) -> list[date]:
    """Local days whose start lies in the window, in order."""
    return [day for day in window.local_days(zone.key) if midnight(day, zone) in window]


@lru_cache(maxsize=4096)
def day_of(text: Any) -> date:
    """A day written as ``YYYY-MM-DD``.

    Raises:
        Unusable: it is none.
    """
    try:
        return datetime.strptime(str(text), "%Y-%m-%d").date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        raise Unusable("bad_date", f"{text!r} is no date", LOOK) from None
