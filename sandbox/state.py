"""The running sandbox: the world, its clock, and every switch that can be thrown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sandbox.agency.model import Call, Snapshot, Tenant
from sandbox.apis.amocrm.tokens import TokenStore
from sandbox.apis.amocrm.writes import Writes
from sandbox.faults import FaultPlan
from sandbox.mail.store import MailStore
from sandbox.settings import FilterMode, ServerSettings
from sandbox.traffic import RateLimiter, RequestLog

BROKEN_KINDS = (
    "lead_without_pipeline",
    "lead_without_id",
    "unknown_field_type",
    "negative_duration_call",
    "malformed_event",
    "bad_position",
    "bad_cells",
    "odd_call_rows",
)
ONLY_WHEN_NAMED = ("missing_column",)
"""What stops a whole sheet, so it is not among the extra records of a broken account."""

T = TypeVar("T")


class Sandbox:
    """All state behind the routes. One event loop owns it, so nothing here locks."""

    def __init__(self, settings: ServerSettings, tenants: Mapping[str, Tenant]) -> None:
        self.settings = settings
        self.tenants = dict(tenants)
        self.until = settings.until
        self.now = settings.until
        self.faults = FaultPlan(settings.seed)
        self.log = RequestLog()
        self.limiter = RateLimiter(settings.rate_limit)
        self.rate_limit_body = "text"
        self.tokens = TokenStore(self._state_path("tokens.json"))
        self.mails = MailStore(self._state_path("mail"))
        self.writes = Writes()
        self.broken: dict[str, frozenset[str]] = {}
        self.mango_offset_hours = 0
        self.exchanges: dict[str, tuple[str, ...]] = dict(settings.exchanges)
        self._filter_modes: dict[str, FilterMode] = {}
        self._cache: dict[tuple[Any, ...], Any] = {}

    def _state_path(self, name: str) -> Path | None:
        return None if self.settings.state is None else self.settings.state / name

    def filter_mode(self, slug: str) -> FilterMode:
        return self._filter_modes.get(slug, self.settings.filters)

    def set_filter_mode(self, slug: str | None, mode: FilterMode | None) -> None:
        """Switch one account's paid filters, or of all; None goes back to the start option."""
        for name in self.tenants if slug is None else [slug]:
            if mode is None:
                self._filter_modes.pop(name, None)
            else:
                self._filter_modes[name] = mode
        self.forget_cached()

    def set_clock(self, now: datetime) -> None:
        """Move what is visible; raise ValueError beyond the end of the simulation."""
        if now.tzinfo is None:
            raise ValueError("the time needs a zone, say 2026-11-01T00:00:00Z")
        if now > self.until:
            raise ValueError(f"the simulation ends at {self.until.isoformat()}")
        self.now = now.astimezone(UTC)
        self.forget_cached()

    def set_broken(self, slug: str, kinds: frozenset[str]) -> None:
        """Add malformed extra records to an account, or none of them."""
        known = (*BROKEN_KINDS, *ONLY_WHEN_NAMED)
        unknown = kinds - set(known)
        if unknown:
            raise ValueError(f"unknown kinds {sorted(unknown)}; there are {', '.join(known)}")
        self.broken[slug] = kinds
        self.forget_cached()

    def breaks(self, slug: str, kind: str) -> bool:
        return kind in self.broken.get(slug, ())

    def cached(self, key: tuple[Any, ...], build: Callable[[], T]) -> T:
        """Whatever was made for this key since the clock or a switch last moved."""
        if key not in self._cache:
            self._cache[key] = build()
        value: T = self._cache[key]
        return value

    def forget_cached(self) -> None:
        """Something changed: make everything anew when it is next asked for."""
        self._cache.clear()

    def set_mango_offset(self, hours: int) -> None:
        """By how much Mango's basic statistics run ahead of UTC: 0, or 3 as some accounts are said to."""
        self.mango_offset_hours = hours
        self.forget_cached()

    def deal_calls(self, slug: str | None, exchanges: tuple[str, ...]) -> None:
        """Split an account's calls among these exchanges; without an account, all as at the start."""
        if slug is None:
            self.exchanges = dict(self.settings.exchanges)
        else:
            self.exchanges[slug] = exchanges
        self.forget_cached()

    def calls_of(self, tenant: Tenant, exchange: str) -> list[Call]:
        """The calls that went over an exchange: those dealt to it, or all where it takes no part.

        Every call goes to exactly one of the account's exchanges, by its number; a call whose wait nobody knows to the
        first of them, because not every exchange can say so.
        """
        calls = self.snapshot(tenant).calls
        exchanges = self.exchanges.get(tenant.slug, ())
        if exchange not in exchanges:
            return list(calls)
        place = exchanges.index(exchange)
        return [
            call
            for call in calls
            if (0 if call.wait_seconds is None else call.call_id % len(exchanges)) == place
        ]

    def snapshot(self, tenant: Tenant) -> Snapshot:
        return self.cached(("snapshot", tenant.slug), lambda: tenant.at(self.now))
