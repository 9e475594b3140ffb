"""Periods: reading, writing, defaults in the account's own calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from voronka.domain.errors import ConfigurationError
from voronka.domain.periods import Period


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 22)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-11-23", date(2026, 11, 23), date(2026, 11, 23)),
    ],
)
def test_a_period_is_read_and_written_back(text: str, start: date, end: date) -> None:
    period = Period.parse(text)
    assert (period.start, period.end) == (start, end)
    assert str(period) == text


@pytest.mark.parametrize("text", ["", "2026", "2025-W53", "2026-13", "2026-W00", "last week", "2026-11-31"])
def test_what_is_no_period_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(ConfigurationError, match="2026-W47"):
        Period.parse(text)


def test_the_last_complete_week_follows_the_local_calendar() -> None:
    sunday_evening_utc = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
    assert str(Period.last_complete(sunday_evening_utc, "Europe/Moscow")) == "2026-W47"
    assert str(Period.last_complete(sunday_evening_utc, "Europe/London")) == "2026-W46"
    assert Period.parse("2026-W47").is_complete(sunday_evening_utc, "Europe/Moscow")
    assert not Period.parse("2026-W47").is_complete(sunday_evening_utc, "Europe/London")


def test_the_period_before() -> None:
    assert str(Period.parse("2026-W01").previous) == "2025-W52"
    assert str(Period.parse("2026-03").previous) == "2026-02"
    assert str(Period.parse("2026-03-01").previous) == "2026-02-28"


def test_the_days_of_a_period() -> None:
    assert Period.parse("2026-W47").days[0] == date(2026, 11, 16)
    assert len(Period.parse("2026-10").days) == 31
