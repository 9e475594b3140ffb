"""Google Search Console as a connector: averages over all showings of a day, not places of one check."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from voronka.connectors.base import Entity, Finding, Page, Record, Rejection
from voronka.connectors.days import LOOK, days_starting_in, midnight
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Auth, HttpClient, Reply, Request, Where
from voronka.connectors.pages import Seen, page_of
from voronka.connectors.probing import clock_finding, failed
from voronka.connectors.rest import list_in
from voronka.connectors.rows import REPORT, Unusable, listed, require_object, usable_id
from voronka.domain import clock
from voronka.domain.errors import SourceError
from voronka.domain.windows import Window

ZONE = ZoneInfo("America/Los_Angeles")
"""Google counts days in Pacific time whatever the zone of the site."""
API = "/webmasters/v3/sites"
DIMENSIONS = ("query", "device", "country")
MOST_LIMIT = 25_000
LATE_SECONDS = 5 * 86_400
"""Final numbers of a day come two or three days later."""
UNVERIFIED = "siteUnverifiedUser"
ENTITIES: dict[str, Entity] = {
    "sites": Entity("sites", "full"),
    "performance": Entity("performance", "window", partitioned=True, overlap_seconds=LATE_SECONDS),
}


class GscConnector:
    """The properties a credential may read. A day belongs to the window that holds its start in Pacific time.

    Args:
        dimensions: what rows are told apart by besides the day.
    """

    provider = "gsc"

    def __init__(
        self,
        account_id: str,
        http: HttpClient,
        auth: Auth,
        page_size: int | None = None,
        dimensions: Sequence[str] = DIMENSIONS,
    ) -> None:
        self.account_id = account_id
        self._http = http
        self._auth = auth
        self._limit = min(page_size or MOST_LIMIT, MOST_LIMIT)
        self._dimensions = list(dimensions)

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Properties, performance by day and query."""
        return ENTITIES

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Pages of an entity.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means.
        """
        entity_named(entity, ENTITIES, self.provider)
        if entity == "sites":
            read_at, rows = clock.now(), _entries(self._sites(), self._where("sites"))
            yield page_of(listed(row, "a property", read_at, key="siteUrl") for row in rows)
            return
        days = days_starting_in(window, ZONE)
        for site in self._readable(self._sites()) if days else ():
            for day in self._days_with_data(site, days, window):
                yield from self._performance(site, day, window)

    def probe(self) -> list[Finding]:
        """Address, credential, clock, properties that may be read."""
        check = "Google Search Console answers and takes the credential"
        try:
            reply = self._sites()
            readable = self._readable(reply)
        except SourceError as error:
            return [failed(check, error)]
        remedy = "add the credential's e-mail address as a user of the property in Search Console."
        return [
            Finding(check, True, "the credential is taken"),
            clock_finding(reply, lambda: datetime.now(UTC)),
            Finding("properties can be read", bool(readable), ", ".join(readable) or "none", remedy),
        ]

    def _where(self, entity: str, window: Window | None = None) -> Where:
        return Where(self.account_id, self.provider, entity, window)

    def _sites(self) -> Reply:
        return self._http.send(Request("GET", API), self._where("sites"), self._auth)

    def _readable(self, reply: Reply) -> list[str]:
        return [
            str(row["siteUrl"])
            for row in _entries(reply, self._where("sites"))
            if usable_id(row, "siteUrl") is not None and row.get("permissionLevel") != UNVERIFIED
        ]

    def _ask(self, site: str, where: Where, first: date, last: date, **asked: Any) -> list[Any]:
        body = {
            "startDate": first.isoformat(),
            "endDate": last.isoformat(),
            "type": "web",
            "dataState": "final",
            **asked,
        }
        path = f"{API}/{quote(site, safe='')}/searchAnalytics/query"
        reply = self._http.send(Request("POST", path, body=body), where, self._auth)
        body = reply.json()
        # without any row the key itself is absent
        return list_in(reply, where, "rows") if not isinstance(body, dict) or "rows" in body else []

    def _days_with_data(self, site: str, days: list[date], window: Window) -> list[date]:
        """Days that have rows: Google leaves out the others, and one question saves one for each of them."""
        where = self._where(f"days of {site}", window)
        rows = self._ask(site, where, days[0], days[-1], dimensions=["date"], rowLimit=MOST_LIMIT)
        there = {str(row["keys"][0]) for row in rows if isinstance(row, dict) and row.get("keys")}
        return [day for day in days if day.isoformat() in there]

    def _performance(self, site: str, day: date, window: Window) -> Iterator[Page]:
        where, seen, start = self._where(f"performance of {site}, {day}", window), Seen(), 0
        while True:
            rows = self._ask(
                site, where, day, day, dimensions=self._dimensions, rowLimit=self._limit, startRow=start
            )
            if rows:
                yield page_of(seen.fresh(self._row(row, site, day) for row in rows))
            if len(rows) < self._limit:
                return
            start += len(rows)

    def _row(self, row: Any, site: str, day: date) -> Record | Rejection:
        """A row as a record, its keys named by the dimensions that were asked for."""
        source_id: str | None = None
        try:
            keys = require_object(row, "a row").get("keys")
            if not isinstance(keys, list) or len(keys) != len(self._dimensions):
                raise Unusable("bad_keys", f"keys are {keys!r}, asked for {self._dimensions}", REPORT)
            named = dict(zip(self._dimensions, keys, strict=True))
            digest = hashlib.sha256("\n".join(map(str, keys)).encode()).hexdigest()[:24]
            source_id = f"{site}|{day}|{digest}"
            for name in ("clicks", "impressions", "position"):
                value = row.get(name)
                if isinstance(value, bool) or not isinstance(value, (int, float)):
                    raise Unusable("bad_indicator", f"{name} is {value!r}, expected a number", LOOK)
        except Unusable as error:
            return error.rejection(row, source_id, f"{site}, {day}")
        told = {name: row[name] for name in row if name != "keys"}
        payload = {**told, **named, "site": site, "date": day.isoformat()}
        return Record(source_id, midnight(day, ZONE), payload)


def _entries(reply: Reply, where: Where) -> list[Any]:
    """The properties; without any the key itself is absent."""
    body = reply.json()
    return [] if body == {} else list_in(reply, where, "siteEntry")
