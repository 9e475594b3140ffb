"""MegaFon VATS as a connector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from voronka.connectors.base import Entity, Finding, Page, Rejection
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Where
from voronka.connectors.pages import Seen, page_of
from voronka.connectors.probing import clock_finding, failed
from voronka.connectors.rows import listed
from voronka.connectors.telephony.megafon.calls import parse_call
from voronka.connectors.telephony.megafon.client import MegafonClient
from voronka.domain import clock
from voronka.domain.errors import SourceError
from voronka.domain.windows import Window

LONGEST_WINDOW = timedelta(days=7)
"""The history comes whole, without pages: short periods keep an answer small."""
LATE_SECONDS = 3 * 86_400
"""Recordings and marks of missed calls appear up to days after a call."""
USERS = Entity("users", "full")
CALLS = Entity("calls", "window", partitioned=True, overlap_seconds=LATE_SECONDS)
ENTITIES: dict[str, Entity] = {entity.name: entity for entity in (USERS, CALLS)}


class MegafonConnector:
    """One exchange. A call belongs to the window in which it started (UTC)."""

    provider = "megafon"
    _entities: Mapping[str, Entity] = ENTITIES

    def __init__(self, account_id: str, client: MegafonClient) -> None:
        self.account_id = account_id
        self._client = client
        if client.api == "wcgp":
            self._entities = {CALLS.name: CALLS}

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Employees, which the older API lacks, and calls."""
        return self._entities

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Pages of an entity.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means.
        """
        entity_named(entity, self._entities, self.provider)
        if entity == "users":
            rows, _ = self._client.users(self._where("users"))
            read_at = clock.now()
            yield page_of(
                Seen().fresh(listed(row, "an employee", read_at, key="login") for row in rows), len(rows)
            )
            return
        seen = Seen()
        for piece in window.pieces(LONGEST_WINDOW):
            rows, _ = self._client.history(piece, self._where("calls", piece))
            items = [parse_call(row) for row in rows]
            yield page_of(
                seen.fresh(item for item in items if isinstance(item, Rejection) or item.updated_at in piece)
            )

    def probe(self) -> list[Finding]:
        """Address, key, clock, right to the history."""
        check, now = "calls can be read", clock.now()
        try:
            rows, reply = self._client.history(Window(now - timedelta(hours=1), now), self._where("calls"))
        except SourceError as error:
            return [failed(check, error)]
        findings = [Finding(check, True, f"the history answers, {len(rows)} calls in the last hour")]
        findings.append(clock_finding(reply, lambda: datetime.now(UTC)))
        check = "employees can be read"
        if "users" not in self._entities:
            return [
                *findings,
                Finding(check, True, "the older API has none; extensions in the settings name them"),
            ]
        try:
            people, _ = self._client.users(self._where("users"))
        except SourceError as error:
            return [*findings, failed(check, error)]
        return [*findings, Finding(check, True, f"{len(people)} employees")]

    def _where(self, entity: str, window: Window | None = None) -> Where:
        return Where(self.account_id, self.provider, entity, window)
