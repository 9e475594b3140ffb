"""What was asked of each provider, and how much of it the provider would take."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

BLOCK_AFTER_REJECTED = 60
BLOCK_WINDOW_SECONDS = 30.0


@dataclass(slots=True)
class Counters:
    """Requests of one account to one provider since the log was last cleared."""

    total: int = 0
    rate_limited: int = 0
    refresh_exchanges: int = 0
    duplicates: int = 0
    per_second_peak: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    _second: int = 0
    _in_second: int = 0
    _seen: set[int] = field(default_factory=set)

    def record(self, fingerprint: str, now: float) -> None:
        """Count a request; the same method, address and body asked before is a duplicate."""
        self.total += 1
        second = int(now)
        self._in_second = self._in_second + 1 if second == self._second else 1
        self._second = second
        self.per_second_peak = max(self.per_second_peak, self._in_second)
        key = hash(fingerprint)
        if key in self._seen:
            self.duplicates += 1
        self._seen.add(key)

    def as_dict(self) -> dict[str, Any]:
        return {
            "total": self.total,
            "rate_limited": self.rate_limited,
            "refresh_exchanges": self.refresh_exchanges,
            "duplicates": self.duplicates,
            "per_second_peak": self.per_second_peak,
            "statuses": {str(code): count for code, count in sorted(self.statuses.items())},
            "faults": dict(sorted(self.faults.items())),
        }


class RequestLog:
    """Counters per (account, provider)."""

    def __init__(self) -> None:
        self._counters: dict[tuple[str, str], Counters] = {}

    def of(self, account: str, provider: str) -> Counters:
        return self._counters.setdefault((account, provider), Counters())

    def clear(self) -> None:
        self._counters.clear()

    def report(self, account: str | None, provider: str | None) -> list[dict[str, Any]]:
        return [
            {"account": slug, "provider": name, **counters.as_dict()}
            for (slug, name), counters in sorted(self._counters.items())
            if account in (None, slug) and provider in (None, name)
        ]


class RateLimiter:
    """A sliding second per integration; who keeps knocking while refused is blocked until somebody lifts it."""

    def __init__(self, per_second: int) -> None:
        self.per_second = per_second
        self.block_after = BLOCK_AFTER_REJECTED
        self._taken: dict[str, deque[float]] = {}
        self._refused: dict[str, deque[float]] = {}
        self._blocked: set[str] = set()

    def reset(self, per_second: int) -> None:
        """Back to the usual limits; blocks stay until they are lifted."""
        self.per_second, self.block_after = per_second, BLOCK_AFTER_REJECTED

    def is_blocked(self, key: str) -> bool:
        return key in self._blocked

    def unblock(self, key: str | None = None) -> None:
        """Lift the block of one integration, or of all."""
        for name in list(self._blocked) if key is None else [key]:
            self._blocked.discard(name)
            self._refused.pop(name, None)

    def admit(self, key: str, now: float | None = None) -> bool:
        """Whether one more request fits into the last second; a refusal counts towards the block."""
        if self.per_second <= 0:
            return True
        moment = time.monotonic() if now is None else now
        taken = self._taken.setdefault(key, deque())
        while taken and taken[0] <= moment - 1.0:
            taken.popleft()
        if len(taken) < self.per_second:
            taken.append(moment)
            return True
        refused = self._refused.setdefault(key, deque())
        refused.append(moment)
        while refused[0] <= moment - BLOCK_WINDOW_SECONDS:
            refused.popleft()
        if len(refused) > self.block_after:
            self._blocked.add(key)
        return False
