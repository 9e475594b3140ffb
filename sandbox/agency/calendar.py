"""When things happen in an agency: working hours, quiet nights and weekends, seasons, growth."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

_SEASON = (0.75, 0.95, 1.1, 1.1, 0.9, 0.95, 0.85, 0.85, 1.15, 1.2, 1.15, 1.0)
_WORK_HOURS = (9, 10, 11, 12, 13, 14, 15, 16, 17)
_WORK_WEIGHTS = tuple(accumulate((8, 14, 15, 12, 6, 13, 14, 12, 6)))
_CLIENT_HOURS = tuple(range(24))
_CLIENT_WEIGHTS = tuple(
    accumulate((1, 1, 0.5, 0.5, 0.5, 1, 2, 6, 15, 40, 55, 58, 50, 44, 52, 55, 50, 40, 26, 18, 12, 8, 5, 2))
)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and hour ``months`` calendar months earlier (the 28th at most, so that it exists)."""
    index = moment.year * 12 + moment.month - 1 - months
    return moment.replace(microsecond=0, year=index // 12, month=index % 12 + 1, day=min(moment.day, 28))


class AgencyCalendar:
    """The life [born_at, until) of a tenant in its own zone. All moments returned are aware UTC, whole seconds."""

    def __init__(self, zone: str, born_at: datetime, until: datetime, growth: float = 1.6) -> None:
        self.zone = ZoneInfo(zone)
        self.born_at = born_at
        self.until = until
        first, last = self.local_day(born_at), self.local_day(until - timedelta(seconds=1))
        self.days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        span = max(1, len(self.days) - 1)
        busy = [
            _SEASON[day.month - 1] * (1 + (growth - 1) * n / span) * (1.0 if day.weekday() < 5 else 0.0)
            for n, day in enumerate(self.days)
        ]
        quiet = [weight or 0.16 * _SEASON[day.month - 1] for weight, day in zip(busy, self.days, strict=True)]
        self._work_days = list(accumulate(busy))
        self._client_days = list(accumulate(quiet))

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def at_local(self, day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute, second), self.zone).astimezone(UTC)

    def working_moment(self, rng: Random) -> datetime:
        """A moment of a working day, when employees do things of their own accord."""
        return self._in_life(rng, self._work_days, working=True)

    def client_moment(self, rng: Random) -> datetime:
        """A moment at which a client writes or calls: mostly working time, at times nights and weekends."""
        return self._in_life(rng, self._client_days, working=False)

    def after(self, rng: Random, moment: datetime, days: float) -> datetime:
        """A working moment some days later, ``days`` on average."""
        raw = moment + timedelta(seconds=int(rng.expovariate(1 / (days * 86_400))) + 60)
        local = raw.astimezone(self.zone)
        if local.weekday() < 5 and 9 <= local.hour < 18:
            return raw
        day = local.date() if local.hour < 9 else local.date() + timedelta(days=1)
        while day.weekday() >= 5:
            day += timedelta(days=1)
        return self.at_local(day, 9 + int(rng.random() ** 2 * 8), rng.randrange(60), rng.randrange(60))

    def on_day(self, rng: Random, day: date, *, working: bool = True) -> datetime:
        hours, weights = (_WORK_HOURS, _WORK_WEIGHTS) if working else (_CLIENT_HOURS, _CLIENT_WEIGHTS)
        hour = rng.choices(hours, cum_weights=weights)[0]
        return self.at_local(day, hour, rng.randrange(60), rng.randrange(60))

    def _in_life(self, rng: Random, weights: list[float], *, working: bool) -> datetime:
        while True:
            day = rng.choices(self.days, cum_weights=weights)[0]
            moment = self.on_day(rng, day, working=working)
            if self.born_at <= moment < self.until:
                return moment
