"""Half-open windows of time [start, end) in UTC, the unit in which history is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def _plain(moment: datetime) -> datetime:
    """The moment as a plain datetime in UTC: subclasses (pendulum's, which Airflow gives) do sums of their own."""
    utc = moment.astimezone(UTC)
    return datetime(
        utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, tzinfo=UTC
    )


@dataclass(frozen=True, order=True, slots=True)
class Window:
    """A half-open window [start, end), both aware and in UTC.

    Raises:
        ValueError: when a bound has no time zone or the end is not after the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError(f"A window needs times with a zone, got {self.start!r} and {self.end!r}.")
        object.__setattr__(self, "start", _plain(self.start))
        object.__setattr__(self, "end", _plain(self.end))
        if self.end <= self.start:
            raise ValueError(
                f"A window must end after it starts: {self.start.isoformat()} to {self.end.isoformat()}."
            )

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def __str__(self) -> str:
        return f"[{self.start:%Y-%m-%dT%H:%M:%SZ}, {self.end:%Y-%m-%dT%H:%M:%SZ})"

    @classmethod
    def of_days(cls, first: date, last: date, time_zone: str) -> Window:
        """The window from the start of ``first`` to the end of ``last``, both local days, inclusive."""
        zone = ZoneInfo(time_zone)
        start = datetime(first.year, first.month, first.day, tzinfo=zone)
        after = last + timedelta(days=1)
        return cls(start, datetime(after.year, after.month, after.day, tzinfo=zone))

    def widened(self, before: timedelta) -> Window:
        """The same window started earlier, to read again what sources change late."""
        return Window(self.start - before, self.end)

    def pieces(self, longest: timedelta) -> Iterator[Window]:
        """Cut into consecutive windows of at most ``longest``, in order, without gap or overlap."""
        start = self.start
        while start < self.end:
            end = min(start + longest, self.end)
            yield Window(start, end)
            start = end

    def local_days(self, time_zone: str) -> list[date]:
        """Every local day that the window touches, in order."""
        zone = ZoneInfo(time_zone)
        day = self.start.astimezone(zone).date()
        last = (self.end - timedelta(microseconds=1)).astimezone(zone).date()
        days = []
        while day <= last:
            days.append(day)
            day += timedelta(days=1)
        return days
