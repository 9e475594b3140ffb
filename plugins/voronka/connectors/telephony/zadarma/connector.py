"""Zadarma as a connector."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from voronka.connectors.base import Entity, Finding, Page, Record, Rejection
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Reply, Where, failure
from voronka.connectors.pages import Seen, page_of
from voronka.connectors.probing import clock_finding, failed
from voronka.connectors.rows import listed
from voronka.connectors.telephony.zadarma.calls import parse_leg, zone_named
from voronka.connectors.telephony.zadarma.client import ZadarmaClient
from voronka.connectors.telephony.zones import bounds
from voronka.domain import clock
from voronka.domain.errors import ShapeChanged, SourceError
from voronka.domain.windows import Window

log = logging.getLogger(__name__)

LONGEST_WINDOW = timedelta(days=28)
"""A request for more than 30 days is silently cut; a change of clocks may widen a window by an hour."""
MOST_LIMIT = 1000
MOST_WALKS = 4
LATE_SECONDS = 3 * 86_400
TIME_ZONE, EXTENSIONS, STATISTICS = "/v1/info/timezone/", "/v1/pbx/internal/", "/v1/statistics/pbx/"
ENTITIES: dict[str, Entity] = {
    "account": Entity("account", "full"),
    "extensions": Entity("extensions", "full"),
    "calls": Entity("calls", "window", partitioned=True, overlap_seconds=LATE_SECONDS),
}


class ZadarmaConnector:
    """One Zadarma account. Rows of ``calls`` are legs; a leg belongs to the window in which it started (UTC).

    Args:
        page_size: rows a page, 1000 by default and at most.
        zone: of the statistics' times; the account's own when None.
        people: e-mail address by extension, which the provider does not tell.
    """

    provider = "zadarma"

    def __init__(
        self,
        account_id: str,
        client: ZadarmaClient,
        page_size: int | None = None,
        *,
        zone: tzinfo | None = None,
        people: Mapping[str, str] | None = None,
    ) -> None:
        self.account_id = account_id
        self._client = client
        self._limit = min(page_size or MOST_LIMIT, MOST_LIMIT)
        self._zone = zone
        self._people = people or {}

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Account, extensions, calls."""
        return ENTITIES

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Pages of an entity.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means.
        """
        entity_named(entity, ENTITIES, self.provider)
        if entity == "calls":
            for piece in window.pieces(LONGEST_WINDOW):
                yield from self._piece(piece)
        elif entity == "extensions":
            yield self._extensions()
        else:
            row = {"account": self.account_id, "timezone": self._ask_zone().json().get("timezone")}
            yield page_of([listed(row, "the account", clock.now(), key="account")])

    def probe(self) -> list[Finding]:
        """Key, zone, clock, right to the statistics, and whether calls tell their direction."""
        check = "Zadarma answers and takes the key"
        try:
            answer = self._ask_zone()
        except SourceError as error:
            return [failed(check, error)]
        findings = [
            Finding(check, True, "the key is valid"),
            clock_finding(answer, lambda: datetime.now(UTC)),
        ]
        try:
            findings.append(Finding("time zone is known", True, str(self._time_zone())))
        except SourceError as error:
            return [*findings, failed("time zone is known", error)]
        end = clock.now()
        try:
            rows = self._ask(Window(end - timedelta(days=1), end), 0, self._where("calls"))
        except SourceError as error:
            return [*findings, failed("statistics of the PBX can be read", error)]
        findings.append(Finding("statistics of the PBX can be read", True, f"{len(rows)} legs in a day"))
        told = all(
            str(row.get("pbx_call_id", "")).startswith(("in_", "out_"))
            for row in rows
            if isinstance(row, dict)
        )
        return [
            *findings,
            Finding(
                "calls tell their direction",
                told,
                "by the first letters of pbx_call_id" if told else "some pbx_call_id begin otherwise.",
                ""
                if told
                else "compare directions in the marts with the cabinet: they are told by the parties.",
                "warning",
            ),
        ]

    def _where(self, entity: str, window: Window | None = None) -> Where:
        return Where(self.account_id, self.provider, entity, window)

    def _ask_zone(self) -> Reply:
        return self._client.get(TIME_ZONE, {}, self._where("account"))

    def _time_zone(self) -> tzinfo:
        """The zone of the statistics, asked once."""
        if self._zone is None:
            name = self._ask_zone().json().get("timezone")
            self._zone = zone_named(str(name))
            if self._zone is None:
                raise failure(
                    ShapeChanged,
                    f"the account's time zone is {name!r}, expected UTC+3 or Europe/Moscow",
                    self._where("account"),
                    "set the option time_zone of this source in accounts.yml.",
                )
        return self._zone

    def _extensions(self) -> Page:
        answer = self._client.get(EXTENSIONS, {}, self._where("extensions")).json()
        numbers = answer.get("numbers")
        if not isinstance(numbers, list):
            raise failure(
                ShapeChanged, "the answer has no list of numbers", self._where("extensions"), "report it."
            )
        read_at = clock.now()
        rows = [
            {"number": str(n), "pbx_id": answer.get("pbx_id"), "email": self._people.get(str(n))}
            for n in numbers
        ]
        return page_of([listed(row, "an extension", read_at, key="number") for row in rows], len(rows))

    def _piece(self, window: Window) -> Iterator[Page]:
        """Legs of at most 28 days. Neither an order nor a count is promised, so where there are several pages they are
        walked until a walk brings nothing new."""
        where, seen, zone = self._where("calls", window), Seen(), self._time_zone()
        met: set[str] = set()
        for _ in range(MOST_WALKS):
            skip, fresh = 0, 0
            while True:
                rows = self._ask(window, skip, where.on(skip // self._limit + 1))
                items = [parse_leg(row, zone) for row in rows]
                names = {_name(item) for item in items}
                fresh += len(names - met)
                met |= names
                yield page_of(seen.fresh(item for item in items if _lies_in(item, window)))
                if len(rows) < self._limit:
                    break
                skip += self._limit
            if skip == 0 or not fresh:
                return
        log.warning("%s: legs were still coming after %d walks.", where, MOST_WALKS)

    def _ask(self, window: Window, skip: int, where: Where) -> list[Any]:
        start, end = bounds(window, self._time_zone())
        parameters = {
            "start": start,
            "end": end,
            "version": "2",
            "skip": str(skip),
            "limit": str(self._limit),
        }
        rows = self._client.get(STATISTICS, parameters, where).json().get("stats")
        if not isinstance(rows, list):
            raise failure(ShapeChanged, "the answer has no list stats", where, "report it with this message.")
        return rows


def _name(item: Record | Rejection) -> str:
    return item.source_id if item.source_id is not None else repr(item.payload)


def _lies_in(item: Record | Rejection, window: Window) -> bool:
    """What has no readable time is kept, to be rejected aloud."""
    return isinstance(item, Rejection) or item.updated_at in window
