"""Yandex Webmaster as a connector: averages over all showings of a day, not places of one check."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from voronka.connectors.base import Entity, Finding, Page, Record, Rejection
from voronka.connectors.days import LOOK, days_starting_in, midnight
from voronka.connectors.entities import entity_named
from voronka.connectors.http import HttpClient, Reply, Request, Where, failure
from voronka.connectors.pages import Seen, page_of
from voronka.connectors.probing import clock_finding, failed
from voronka.connectors.rest import NEW, HeaderToken, list_in
from voronka.connectors.rows import Unusable, listed, require_id, require_object, usable_id
from voronka.domain import clock
from voronka.domain.errors import ShapeChanged, SourceError
from voronka.domain.windows import Window

log = logging.getLogger(__name__)

ZONE = ZoneInfo("Europe/Moscow")
"""Yandex counts days in Moscow time whatever the zone of the site."""
INDICATORS = ("TOTAL_SHOWS", "TOTAL_CLICKS", "AVG_SHOW_POSITION", "AVG_CLICK_POSITION")
DEVICES = ("DESKTOP", "MOBILE", "TABLET")
MOST_LIMIT = 500
MOST_QUERIES = 3000
"""Only so many queries of a day are told, those with most showings."""
LATE_SECONDS = 10 * 86_400
"""Numbers of a day come days later and are still corrected after that."""
ENTITIES: dict[str, Entity] = {
    "hosts": Entity("hosts", "full"),
    "queries": Entity("queries", "window", partitioned=True, overlap_seconds=LATE_SECONDS),
}


class WebmasterConnector:
    """The sites of one Yandex user. A day's numbers belong to the window that holds the day's start in Moscow."""

    provider = "webmaster"

    def __init__(
        self,
        account_id: str,
        http: HttpClient,
        token: HeaderToken,
        page_size: int | None = None,
        devices: Sequence[str] = DEVICES,
    ) -> None:
        self.account_id = account_id
        self._http = http
        self._token = token
        self._limit = min(page_size or MOST_LIMIT, MOST_LIMIT)
        self._devices = tuple(devices)
        self._known_user: str | None = None

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Hosts, queries by day and device."""
        return ENTITIES

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Pages of an entity.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means.
        """
        entity_named(entity, ENTITIES, self.provider)
        if entity == "hosts":
            read_at = clock.now()
            rows = self._hosts()
            yield page_of(listed(row, "a host", read_at, key="host_id") for row in rows)
            return
        days = days_starting_in(window, ZONE)
        for host in _readable(self._hosts()) if days else ():
            for day in self._days_with_data(host, days, window):
                for device in self._devices:
                    yield from self._queries(host, day, device, window)

    def probe(self) -> list[Finding]:
        """Address, token, clock, sites whose rights are confirmed."""
        check = "Yandex Webmaster answers and takes the token"
        try:
            reply = self._ask("/user", self._where("user"))
            hosts = self._hosts()
        except SourceError as error:
            return [failed(check, error)]
        readable = _readable(hosts)
        remedy = "confirm the rights to the sites in Webmaster, of the user to whom the token belongs."
        return [
            Finding(check, True, "the token is taken"),
            clock_finding(reply, lambda: datetime.now(UTC)),
            Finding(
                "sites can be seen", bool(readable), f"{len(readable)} of {len(hosts)} are confirmed", remedy
            ),
        ]

    def _where(self, entity: str, window: Window | None = None) -> Where:
        return Where(self.account_id, self.provider, entity, window)

    def _ask(self, path: str, where: Where, query: Sequence[tuple[str, str]] = ()) -> Reply:
        return self._http.send(Request("GET", f"/v4{path}", query=tuple(query)), where, self._token)

    def _user(self) -> str:
        """The user's number, asked once."""
        if self._known_user is None:
            where = self._where("user")
            self._known_user = usable_id(self._ask("/user", where).json(), "user_id")
            if self._known_user is None:
                raise failure(ShapeChanged, "the user has no user_id", where, NEW)
        return self._known_user

    def _hosts(self) -> list[Any]:
        where = self._where("hosts")
        return list_in(self._ask(f"/user/{self._user()}/hosts", where), where, "hosts")

    def _path(self, host: str, rest: str) -> str:
        return f"/user/{self._user()}/hosts/{quote(host, safe='')}/search-queries/{rest}"

    def _days_with_data(self, host: str, days: list[date], window: Window) -> list[date]:
        """Days on which the site was shown at all: one question saves one per empty day and device."""
        where = self._where(f"days of {host}", window)
        asked = [
            ("query_indicator", "TOTAL_SHOWS"),
            ("date_from", days[0].isoformat()),
            ("date_to", days[-1].isoformat()),
        ]
        body = self._ask(self._path(host, "all/history"), where, asked).json()
        indicators = body.get("indicators") if isinstance(body, dict) else None
        points = (indicators.get("TOTAL_SHOWS") or []) if isinstance(indicators, dict) else None
        if not isinstance(points, list):
            raise failure(ShapeChanged, "the history has no indicators", where, NEW)
        shown = {str(p.get("date"))[:10] for p in points if isinstance(p, dict) and p.get("value")}
        return [day for day in days if day.isoformat() in shown]

    def _queries(self, host: str, day: date, device: str, window: Window) -> Iterator[Page]:
        where, seen, offset = self._where(f"queries of {host}, {day}, {device}", window), Seen(), 0
        while True:
            asked = [
                ("order_by", "TOTAL_SHOWS"),
                *(("query_indicator", name) for name in INDICATORS),
                ("device_type_indicator", device),
                ("date_from", day.isoformat()),
                ("date_to", day.isoformat()),
                ("offset", str(offset)),
                ("limit", str(self._limit)),
            ]
            reply = self._ask(self._path(host, "popular"), where, asked)
            rows = list_in(reply, where, "queries")
            yield page_of(seen.fresh(_query(row, host, day, device) for row in rows))
            offset += len(rows)
            total = reply.json().get("count")
            if not rows or (offset >= total if isinstance(total, int) else len(rows) < self._limit):
                return
            if offset >= MOST_QUERIES:
                log.warning("%s: Webmaster tells only the first %d queries of a day.", where, MOST_QUERIES)
                return


def _query(row: Any, host: str, day: date, device: str) -> Record | Rejection:
    """A query of a day as a record, with the host, day and device that only the question tells."""
    source_id: str | None = None
    try:
        query_id = require_id(require_object(row, "a query"), "a query", "query_id")
        source_id = f"{host}:{device}:{query_id}:{day}"
        indicators = require_object(row.get("indicators"), "indicators")
        for name in INDICATORS:
            value = indicators.get(name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
                raise Unusable("bad_indicator", f"{name} is {value!r}, expected a number or null", LOOK)
    except Unusable as error:
        return error.rejection(row, source_id, f"{host}, {day}, {device}")
    payload = {**row, "host_id": host, "date": day.isoformat(), "device": device}
    return Record(source_id, midnight(day, ZONE), payload)


def _readable(hosts: list[Any]) -> list[str]:
    """Ids of the hosts whose rights are confirmed; of others Webmaster tells nothing."""
    return [
        str(row["host_id"])
        for row in hosts
        if usable_id(row, "host_id") is not None and row.get("verified", True)
    ]
