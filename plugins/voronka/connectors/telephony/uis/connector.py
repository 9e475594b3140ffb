"""UIS / CoMagic as a connector."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from voronka.connectors.base import Entity, Finding, Page, Record, Rejection
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Where, failure
from voronka.connectors.pages import Seen, page_of
from voronka.connectors.probing import clock_finding, failed
from voronka.connectors.rows import listed
from voronka.connectors.telephony.uis.calls import FIELDS, parse_call
from voronka.connectors.telephony.uis.client import Answer, UisClient
from voronka.connectors.telephony.zones import bounds
from voronka.domain import clock
from voronka.domain.errors import ShapeChanged, SourceError
from voronka.domain.windows import Window

log = logging.getLogger(__name__)

LONGEST_WINDOW = timedelta(days=31)
DEFAULT_LIMIT, MOST_LIMIT = 1000, 10_000
MOST_OFFSET = 100_000
MOST_WALKS = 4
LATE_SECONDS = 3 * 86_400
"""Recordings, tags and durations of a call appear up to days after it."""
ENTITIES: dict[str, Entity] = {
    "account": Entity("account", "full"),
    "employees": Entity("employees", "full"),
    "calls": Entity("calls", "window", partitioned=True, overlap_seconds=LATE_SECONDS),
}


class UisConnector:
    """One UIS account. A call belongs to the window in which it started (UTC).

    Args:
        page_size: rows a page, 1000 by default, at most 10 000.
    """

    provider = "uis"

    def __init__(self, account_id: str, client: UisClient, page_size: int | None = None) -> None:
        self.account_id = account_id
        self._client = client
        self._limit = min(page_size or DEFAULT_LIMIT, MOST_LIMIT)
        self._zone: ZoneInfo | None = None

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Account, employees, calls."""
        return ENTITIES

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Pages of an entity.

        ``source_total`` of the last page is how many calls the provider counts in the whole window.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means.
        """
        entity_named(entity, ENTITIES, self.provider)
        if entity == "calls":
            yield from self._calls(window)
        elif entity == "employees":
            yield from self._employees()
        else:
            rows = self._account().rows
            yield page_of([listed(row, "an account", clock.now(), key="app_id") for row in rows])

    def probe(self) -> list[Finding]:
        """Address, key, zone, clock, right to the report of calls."""
        check = "UIS answers and takes the key"
        try:
            answer = self._account()
        except SourceError as error:
            return [failed(check, error)]
        findings = [
            Finding(check, True, f"account {answer.rows[0].get('name') if answer.rows else ''}".strip())
        ]
        try:
            findings.append(Finding("time zone is known", True, self._time_zone().key))
        except SourceError as error:
            return [*findings, failed("time zone is known", error)]
        findings.append(clock_finding(answer.reply, lambda: datetime.now(UTC)))
        end = clock.now()
        try:
            self._ask_calls(Window(end - timedelta(hours=1), end), 0, self._where("calls"))
        except SourceError as error:
            return [*findings, failed("calls can be read", error)]
        return [*findings, Finding("calls can be read", True, "get.calls_report answers")]

    def _where(self, entity: str, window: Window | None = None) -> Where:
        return Where(self.account_id, self.provider, entity, window)

    def _account(self) -> Answer:
        return self._client.call("get.account", {}, self._where("account"))

    def _time_zone(self) -> ZoneInfo:
        """The account's zone, asked once."""
        if self._zone is None:
            rows = self._account().rows
            name = rows[0].get("timezone") if rows and isinstance(rows[0], dict) else None
            try:
                self._zone = ZoneInfo(str(name))
            except (KeyError, ValueError):
                raise failure(
                    ShapeChanged,
                    f"the account's time zone is {name!r}, expected an IANA name such as Europe/Moscow",
                    self._where("account"),
                    "set the time zone of the account in the provider's cabinet; without it no call has a moment.",
                ) from None
        return self._zone

    def _employees(self) -> Iterator[Page]:
        where, seen, offset = self._where("employees"), Seen(), 0
        read_at = clock.now()
        while True:
            params = {"limit": self._limit, "offset": offset}
            answer = self._client.call("get.employees", params, where.on(offset // self._limit + 1))
            yield page_of(
                seen.fresh(listed(row, "an employee", read_at) for row in answer.rows), answer.total
            )
            offset += self._limit
            if not answer.rows or offset >= answer.total or offset > MOST_OFFSET:
                return

    def _calls(self, window: Window) -> Iterator[Page]:
        done = 0
        for piece in window.pieces(LONGEST_WINDOW):
            last: Page | None = None
            for page in self._piece(piece):
                last = Page(page.records, page.rejections, (), done + (page.source_total or 0))
                yield last
            done = last.source_total or 0 if last else done

    def _piece(self, window: Window) -> Iterator[Page]:
        """Calls of at most a month; cut in two while there are more than offsets can reach.

        The order of calls of one second is not promised, so a call may fall between two pages. The provider's own count
        tells: while fewer different calls came than it counts, the pages are walked again.
        """
        zone, where, seen = self._time_zone(), self._where("calls", window), Seen()
        met: set[str] = set()
        outside: set[str] = set()
        for _ in range(MOST_WALKS):
            offset, answer = 0, self._ask_calls(window, 0, where)
            if answer.total > MOST_OFFSET and window.end - window.start > timedelta(seconds=2):
                yield from self._halves(window)
                return
            while True:
                items = [parse_call(row, zone) for row in answer.rows]
                names = {_name(item): _lies_in(item, window) for item in items}
                met |= names.keys()
                outside |= {name for name, inside in names.items() if not inside}
                inside = [item for item in items if _lies_in(item, window)]
                yield page_of(seen.fresh(inside), answer.total - len(outside))
                offset += self._limit
                if not answer.rows or offset >= answer.total or offset > MOST_OFFSET:
                    break
                answer = self._ask_calls(window, offset, where)
            if len(met) >= answer.total:
                return
        log.warning(
            "%s: the provider counts %d calls, %d came in %d walks.",
            where,
            answer.total,
            len(met),
            MOST_WALKS,
        )

    def _halves(self, window: Window) -> Iterator[Page]:
        middle = window.start + (window.end - window.start) / 2
        middle = middle.replace(microsecond=0)
        done = 0
        for half in (Window(window.start, middle), Window(middle, window.end)):
            total = 0
            for page in self._piece(half):
                total = page.source_total or 0
                yield Page(page.records, page.rejections, (), done + total)
            done += total

    def _ask_calls(self, window: Window, offset: int, where: Where) -> Answer:
        date_from, date_till = bounds(window, self._time_zone())
        params = {
            "date_from": date_from,
            "date_till": date_till,
            "limit": self._limit,
            "offset": offset,
            "include_ongoing_calls": False,
            "sort": [{"field": "start_time", "order": "asc"}],
            "fields": list(FIELDS),
        }
        return self._client.call("get.calls_report", params, where.on(offset // self._limit + 1))


def _name(item: Record | Rejection) -> str:
    return item.source_id if item.source_id is not None else repr(item.payload)


def _lies_in(item: Record | Rejection, window: Window) -> bool:
    """What has no readable time is kept, to be rejected aloud."""
    return isinstance(item, Rejection) or item.updated_at in window
