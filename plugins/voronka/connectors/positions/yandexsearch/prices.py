"""What a request costs: by mode, and by the hour in Moscow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

Mode = Literal["sync", "deferred"]
Part = Literal["day", "night"]
MODES: tuple[Mode, ...] = ("sync", "deferred")
PARTS: tuple[Part, ...] = ("day", "night")
DEFAULTS: dict[tuple[Mode, Part], float] = {
    ("sync", "day"): 488,
    ("deferred", "day"): 30.5,
    ("sync", "night"): 366,
    ("deferred", "night"): 25.41,
}
"""Roubles for a thousand requests, VAT included; January 2026."""
NIGHT_ENDS = 8
MOSCOW = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Prices:
    """Roubles for a thousand requests."""

    per_thousand: Mapping[tuple[Mode, Part], float]

    def of(self, mode: Mode, requests: int, part: Part) -> float:
        """Roubles for so many requests."""
        return self.per_thousand[mode, part] * requests / 1000

    def now(self, mode: Mode, moment: datetime) -> float:
        """Roubles for one request sent at a moment (aware)."""
        part: Part = "night" if moment.astimezone(MOSCOW).hour < NIGHT_ENDS else "day"
        return self.of(mode, 1, part)
