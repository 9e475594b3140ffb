"""Faults on demand: what goes wrong, for whom and how often.

Every fault draws from its own seeded sequence, one number a request, so the same seed and the same order of requests
give the same failures. Faults of a listing (repeated and moving pages) are drawn once for the listing, not for
each page, because half a walk that moves makes no sense.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

STATUS_KINDS = {"429": 429, "500": 500, "502": 502, "503": 503, "504": 504}
PASSING_KINDS = (*STATUS_KINDS, "timeout", "cut", "html")
LISTING_KINDS = ("duplicated_pages", "shifting_pages")
KINDS = (*PASSING_KINDS, *LISTING_KINDS, "clock_skew", "mix")
DEFAULT_HOLD_SECONDS = 30.0
MIX_HOLD_SECONDS = 3.0
PROVIDERS = (
    *("amocrm", "uis", "zadarma", "mango", "megafon"),
    *("topvisor", "sheets", "seranking", "webmaster", "gsc", "direct"),
)


@dataclass(slots=True)
class Fault:
    """One order of trouble.

    Attributes:
        provider, account: None means any.
        rate: share of the requests (or of the listings) that it strikes, 0 to 1.
        count: how often it strikes before it is spent; None without end.
        seconds: how long a ``timeout`` holds the answer, how far ``clock_skew`` is off (may be negative).
        burst: how many requests in a row a strike takes; answers 429 come in bursts in life.
    """

    kind: str
    provider: str | None = None
    account: str | None = None
    rate: float = 1.0
    count: int | None = None
    seconds: float | None = None
    burst: int = 1
    number: int = 0
    seed: int = 0
    struck: int = 0
    _draws: int = 0
    _burst_left: int = 0
    _listings: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: dict[str, Any], number: int, seed: int) -> Fault:
        """Build from a control request; raise ValueError naming the bad key."""
        unknown = set(data) - {"kind", "provider", "account", "rate", "count", "seconds", "burst"}
        if unknown:
            raise ValueError(f"unknown keys {sorted(unknown)}")
        kind = str(data.get("kind"))
        if kind not in KINDS:
            raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}")
        if data.get("provider") not in (None, *PROVIDERS):
            raise ValueError(f"provider {data['provider']!r} is none of {', '.join(PROVIDERS)}")
        if kind in LISTING_KINDS and data.get("provider") not in (None, "amocrm"):
            raise ValueError(f"{kind} is a trouble of the CRM's numbered pages, {data['provider']} has none")
        rate = float(data.get("rate", 1.0))
        if not 0 <= rate <= 1:
            raise ValueError(f"rate {rate} is not between 0 and 1")
        return cls(
            kind=kind,
            provider=data.get("provider"),
            account=data.get("account"),
            rate=rate,
            count=None if data.get("count") is None else int(data["count"]),
            seconds=None if data.get("seconds") is None else float(data["seconds"]),
            burst=int(data.get("burst", 1)),
            number=number,
            seed=seed,
        )

    def concerns(self, provider: str, account: str) -> bool:
        return self.provider in (None, provider) and self.account in (None, account)

    def _is_spent(self) -> bool:
        return self.count is not None and self.struck >= self.count

    def draw(self) -> str | None:
        """The kind that strikes the next request, or None."""
        if self._is_spent():
            return None
        if self._burst_left > 0:
            self._burst_left -= 1
            self.struck += 1
            return "429" if self.kind == "mix" else self.kind
        self._draws += 1
        dice = random.Random(f"{self.seed}:{self.number}:{self._draws}")
        if dice.random() >= self.rate:
            return None
        self.struck += 1
        kind = dice.choice(PASSING_KINDS) if self.kind == "mix" else self.kind
        self._burst_left = self.burst - 1 if kind == "429" else 0
        return kind

    def strikes_listing(self, listing: str) -> bool:
        """Whether this listing (its address without the page) is one of the struck ones; asked again, the same."""
        known = self._listings.get(listing)
        if known is None:
            known = (
                not self._is_spent()
                and random.Random(f"{self.seed}:{self.number}:{listing}").random() < self.rate
            )
            self._listings[listing] = known
            self.struck += known
        return known

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.number,
            "kind": self.kind,
            "provider": self.provider,
            "account": self.account,
            "rate": self.rate,
            "count": self.count,
            "seconds": self.seconds,
            "burst": self.burst,
            "struck": self.struck,
        }


@dataclass(frozen=True, slots=True)
class Strike:
    """What happens to one request."""

    kind: str
    hold_seconds: float = 0.0


class FaultPlan:
    """All ordered faults."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._faults: list[Fault] = []
        self._numbers = 0
        self._pages_seen: dict[str, int] = {}

    def add(self, data: dict[str, Any]) -> Fault:
        self._numbers += 1
        fault = Fault.from_json(data, self._numbers, self._seed)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all; numbering starts again so that a repeated test draws the same numbers."""
        self._faults.clear()
        self._pages_seen.clear()
        self._numbers = 0

    def list(self) -> list[dict[str, Any]]:
        return [fault.as_dict() for fault in self._faults]

    def strike(self, provider: str, account: str) -> Strike | None:
        """The first passing fault that strikes this request."""
        for fault in self._faults:
            if (
                fault.kind in LISTING_KINDS
                or fault.kind == "clock_skew"
                or not fault.concerns(provider, account)
            ):
                continue
            kind = fault.draw()
            if kind is not None:
                default = MIX_HOLD_SECONDS if fault.kind == "mix" else DEFAULT_HOLD_SECONDS
                return Strike(kind, default if fault.seconds is None else fault.seconds)
        return None

    def skew_seconds(self, provider: str, account: str) -> float:
        """By how much the provider's clock is wrong."""
        return sum(
            fault.seconds or 0.0
            for fault in self._faults
            if fault.kind == "clock_skew" and fault.concerns(provider, account)
        )

    def repeats_pages(self, provider: str, account: str, listing: str) -> bool:
        return self._strikes_listing("duplicated_pages", provider, account, listing)

    def moved_rows(self, provider: str, account: str, listing: str, page: int) -> int:
        """How many rows have left the head of the listing by the time this page is asked for.

        On the first walk one row leaves with every page served, as when somebody edits a record while it is read
        in the order of edits; whoever walks again finds the pages at rest.
        """
        if not self._strikes_listing("shifting_pages", provider, account, listing):
            return 0
        key = f"{provider}:{account}:{listing}"
        seen = self._pages_seen.get(key, 0)
        if page <= seen:
            self._pages_seen[key] = 1_000_000
            return 0
        self._pages_seen[key] = page
        return page - 1

    def _strikes_listing(self, kind: str, provider: str, account: str, listing: str) -> bool:
        return any(
            fault.kind == kind and fault.concerns(provider, account) and fault.strikes_listing(listing)
            for fault in self._faults
        )
