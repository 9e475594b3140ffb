"""Clients' contracts over the years and what they paid: growth, cuts, indexation, pauses, ends and returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sandbox.agency.catalogue import SERVICES
from sandbox.agency.ground import Ground
from sandbox.agency.model import Contract, Customer, Payment
from sandbox.agency.streams import weighted

_CUSTOMER_BASE, _PAYMENT_BASE = 1_340_011, 902_001
_FEES = {
    "SEO": 55_000,
    "Контекстная реклама": 45_000,
    "SMM": 40_000,
    "Поддержка сайта": 18_000,
    "Разработка сайта": 320_000,
}
_RECURRING = SERVICES[:4]
_ONE_OFF = SERVICES[4]
_LIVES = (
    ("steady", 34.0),
    ("grows", 16.0),
    ("shrinks", 10.0),
    ("indexed", 14.0),
    ("pauses", 9.0),
    ("ends", 12.0),
    ("returns", 5.0),
)


@dataclass(frozen=True, slots=True)
class Client:
    """A company that buys from a day on; ``lead_id`` is the sale that brought it, None for those of old."""

    company_id: int
    name: str
    owner_id: int
    since: date
    lead_id: int | None


class Books:
    """Contracts of all clients in the life of the tenant, then customers and payments that follow them."""

    def __init__(self, ground: Ground) -> None:
        self._rng, self._index = ground.stream("money"), ground.index
        self._spot, self._calendar = ground.spot, ground.calendar
        self._last_day = ground.calendar.days[-1]
        self._contracts: list[Contract] = []

    def sign(self, clients: list[Client]) -> list[Contract]:
        for n, client in enumerate(clients):
            services = self._rng.sample(_RECURRING, self._rng.choice((1, 1, 1, 2)))
            for service in services:
                # The first clients show every kind of life, whatever the size of the world.
                kind = _LIVES[n % len(_LIVES)][0] if n < 2 * len(_LIVES) else weighted(self._rng, _LIVES)
                self._live(client, service, kind)
            if self._rng.random() < 0.12:
                self._add(
                    client.company_id,
                    _ONE_OFF,
                    self._fee(_ONE_OFF),
                    start=client.since,
                    end=client.since + timedelta(days=60),
                    reason="new",
                )
            elif n % 40 == 7:
                self._add(client.company_id, "Аудит", Decimal(0), start=client.since, end=None, reason="new")
        ordered = sorted(self._contracts, key=lambda c: (c.started_on, c.company_id, c.service))
        return [
            Contract(f"{self._spot.slug}-{c.started_on.year}-{n:04d}", c.company_id, c.service, c.fee, c.started_on, c.ended_on,
                     c.change_reason, c.is_recurring)
            for n, c in enumerate(ordered, start=1)
        ]  # fmt: skip

    def _live(self, client: Client, service: str, kind: str) -> None:
        """One service of a client: stretches of unchanged fee, each starting the day after the one before ended."""
        rng, fee, start = self._rng, self._fee(service), client.since
        reason, changes = "new", 0
        while start <= self._last_day:
            end = start + timedelta(days=rng.randrange(75, 300))
            if end >= self._last_day or (kind == "steady" and rng.random() < 0.55) or changes >= 4:
                self._add(client.company_id, service, fee, start=start, end=None, reason=reason)
                return
            self._add(client.company_id, service, fee, start=start, end=end, reason=reason)
            if kind == "ends" or (kind == "steady" and rng.random() < 0.3):
                return
            changes += 1
            gap, reason, factor = self._next_change(kind)
            start = end + timedelta(days=1 + gap)
            fee = (fee * factor / 500).quantize(Decimal(1)) * 500

    def _next_change(self, kind: str) -> tuple[int, str, Decimal]:
        """(days without service, reason, fee factor) of a successor."""
        rng = self._rng
        if kind == "pauses":
            return rng.randrange(32, 59), "pause", Decimal(1)
        if kind == "returns":
            return rng.randrange(75, 160), "return", Decimal("0.9")
        if kind == "shrinks":
            return 0, "reduction", Decimal("0.7")
        if kind == "indexed":
            return 0, "indexation", Decimal("1.08")
        return 0, "growth", Decimal(str(round(rng.uniform(1.1, 1.5), 2)))

    def _fee(self, service: str) -> Decimal:
        return Decimal(
            round(_FEES[service] * self._rng.uniform(0.6, 1.9) / 500) * 500 * self._spot.price_factor
        )

    def _add(
        self, company_id: int, service: str, fee: Decimal, *, start: date, end: date | None, reason: str
    ) -> None:
        self._contracts.append(
            Contract("", company_id, service, fee, start, end, reason, is_recurring=service != _ONE_OFF)
        )

    def open_cards(self, clients: list[Client]) -> list[Customer]:
        """A customer card for each client, on the day it first buys."""
        cards = []
        for client in clients:
            created_at = max(self._calendar.on_day(self._rng, client.since), self._calendar.born_at)
            if created_at < self._calendar.until:
                cards.append((created_at, client.company_id, client))
        first = _CUSTOMER_BASE + self._index * 100_000
        return [
            Customer(first + n, company_id, f"{client.name}, сопровождение", client.owner_id, created_at)
            for n, (created_at, company_id, client) in enumerate(sorted(cards, key=lambda card: card[:2]))
        ]

    def collect(
        self, contracts: list[Contract], customers: list[Customer], clients: list[Client]
    ) -> list[Payment]:
        """A payment for each started month of service, early in it or late, at times never; one-off work once."""
        rng = self._rng
        card_of = {customer.company_id: customer for customer in customers}
        lead_of = {client.company_id: client.lead_id for client in clients}
        drafts: list[tuple[datetime, int, int, str, str]] = []
        for contract in contracts:
            if contract.company_id not in card_of:
                continue
            months = self._months(contract) if contract.is_recurring else [contract.started_on]
            for day in months:
                if rng.random() < 0.015:
                    continue
                late = rng.randrange(8, 35) if rng.random() < 0.14 else rng.randrange(1, 8)
                at = self._calendar.on_day(rng, day + timedelta(days=late))
                at = max(at, card_of[contract.company_id].created_at)
                if at < self._calendar.until:
                    note = f"Оплата за {day:%m.%Y}"
                    drafts.append((at, contract.company_id, int(contract.fee), contract.service, note))
        drafts.sort()
        payments = []
        for n, (at, company_id, amount, service, note) in enumerate(drafts):
            card = card_of[company_id]
            # The first payment is booked on the sale that brought the client.
            lead_id = lead_of.pop(company_id, None)
            number = _PAYMENT_BASE + self._index * 100_000 + n
            payments.append(Payment(number, card.customer_id, company_id, lead_id, amount, service, at, note))
        return payments

    def _months(self, contract: Contract) -> list[date]:
        end = min(contract.ended_on or self._last_day, self._last_day)
        day, days = contract.started_on, []
        while day <= end:
            days.append(day)
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return days
