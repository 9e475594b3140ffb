"""SE Ranking as a connector.

The vendor publishes the parameters of positions, but not the REST paths nor the answers; two readings are known, so the
address (``api``) and the meaning of a zero (``zero_position``) are options, and ``probe`` tells which the service shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from voronka.connectors.base import Entity, Finding, Page, Record, Rejection
from voronka.connectors.days import days_starting_in
from voronka.connectors.entities import entity_named
from voronka.connectors.http import HttpClient, Reply, Request, Where
from voronka.connectors.pages import Seen, page_of
from voronka.connectors.positions.seranking.places import Zero, parse_places
from voronka.connectors.probing import clock_finding, failed
from voronka.connectors.rest import HeaderToken, list_in
from voronka.connectors.rows import Unusable, listed, require_object, usable_id
from voronka.domain import clock
from voronka.domain.errors import ShapeChanged, SourceError
from voronka.domain.windows import Window

Api = Literal["v1", "legacy"]
PREFIXES: dict[Api, str] = {"v1": "/v1", "legacy": ""}
LATE_SECONDS = 3 * 86_400
"""A check is dated by its day but is there only hours later."""
MOST_DAYS = 31
"""Days of one request, so that an answer stays small; the service names no limit."""
PROBED_DAYS = 14
ENTITIES: dict[str, Entity] = {
    "searchengines": Entity("searchengines", "full"),
    "sites": Entity("sites", "full"),
    "engines": Entity("engines", "full"),
    "keywords": Entity("keywords", "full"),
    "positions": Entity("positions", "window", partitioned=True, overlap_seconds=LATE_SECONDS),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the service is read.

    Attributes:
        zero: what ``pos: 0`` says.
        depth: how many places a check looks at; the service does not tell.
    """

    api: Api = "v1"
    zero: Zero = "not_found"
    depth: int = 100


class SeRankingConnector:
    """One SE Ranking account. A check belongs to the window that holds the start of its day in the account's zone."""

    provider = "seranking"

    def __init__(
        self, account_id: str, http: HttpClient, token: HeaderToken, time_zone: str, reading: Reading
    ) -> None:
        self.account_id = account_id
        self._http = http
        self._token = token
        self._zone = ZoneInfo(time_zone)
        self._reading = reading
        self._known_sites: list[str] | None = None

    @property
    def entities(self) -> Mapping[str, Entity]:
        """The service's search engines, sites, each site's engines and keywords, positions."""
        return ENTITIES

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Pages of an entity.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means.
        """
        entity_named(entity, ENTITIES, self.provider)
        if entity == "searchengines":
            yield self._listed("/system/search-engines", "a search engine")
        elif entity == "sites":
            yield self._listed("/sites", "a site")
        elif entity == "engines":
            for site in self._sites():
                yield self._engines(site)
        elif entity == "keywords":
            for site in self._sites():
                yield self._listed(f"/sites/{site}/keywords", "a keyword", prefix=f"{site}:")
        else:
            days = days_starting_in(window, self._zone)
            for site in self._sites() if days else ():
                yield from self._positions(site, days, window)

    def probe(self) -> list[Finding]:
        """Address, key, clock, sites, and what zeros the service shows."""
        check = "SE Ranking answers and takes the key"
        try:
            reply = self._ask("/sites", self._where("sites"))
            list_in(reply, self._where("sites"))
            sites = self._sites()
        except ShapeChanged as error:
            other = "legacy" if self._reading.api == "v1" else "v1"
            return [
                Finding(
                    check, False, error.message, f"set options.api of this source to {other}; else report it."
                )
            ]
        except SourceError as error:
            return [failed(check, error)]
        remedy = "add a project in SE Ranking, or use the key of the account that has them."
        return [
            Finding(check, True, f"the key is taken, the service is read as {self._reading.api}"),
            clock_finding(reply, lambda: datetime.now(UTC)),
            Finding("sites can be seen", bool(sites), f"{len(sites)} sites", remedy),
            *([self._zero_finding(sites[0])] if sites else []),
        ]

    def _zero_finding(self, site: str) -> Finding:
        check = "positions can be read"
        today = clock.now().astimezone(self._zone).date()
        where = self._where(f"positions of site {site}")
        try:
            reply = self._history(site, today - timedelta(days=PROBED_DAYS), today, where)
            values = [
                place.get("pos")
                for engine in list_in(reply, where)
                for keyword in engine.get("keywords") or ()
                for place in keyword.get("positions") or ()
            ]
        except SourceError as error:
            return failed(check, error)
        zeros = sum(value == 0 for value in values)
        meaning = self._reading.zero.replace("_", " ")
        return Finding(
            check, True, f"{len(values)} in {PROBED_DAYS} days, {zeros} of them 0, which is read as {meaning}"
        )

    def _where(self, entity: str, window: Window | None = None) -> Where:
        return Where(self.account_id, self.provider, entity, window)

    def _ask(self, path: str, where: Where, **query: str) -> Reply:
        full = PREFIXES[self._reading.api] + path
        return self._http.send(Request("GET", full, query=tuple(query.items())), where, self._token)

    def _listed(self, path: str, what: str, prefix: str = "") -> Page:
        where, read_at = self._where(path.strip("/")), clock.now()
        rows = list_in(self._ask(path, where), where)
        return page_of(Seen().fresh(listed(row, what, read_at, prefix=prefix) for row in rows))

    def _sites(self) -> list[str]:
        """Ids of the sites, asked once."""
        if self._known_sites is None:
            where = self._where("sites")
            found = (usable_id(row) for row in list_in(self._ask("/sites", where), where))
            self._known_sites = list(dict.fromkeys(site for site in found if site is not None))
        return self._known_sites

    def _engines(self, site: str) -> Page:
        """Engines of a site, with what the answer does not tell: the site, and the depth of the settings."""
        path = f"/sites/{site}/search-engines"
        where, read_at = self._where(path), clock.now()
        items: list[Record | Rejection] = []
        for row in list_in(self._ask(path, where), where):
            told = {**row, "site_id": site, "depth": self._reading.depth} if isinstance(row, dict) else row
            items.append(listed(told, "an engine", read_at, key="site_engine_id", prefix=f"{site}:"))
        return page_of(Seen().fresh(items))

    def _history(self, site: str, first: date, last: date, where: Where) -> Reply:
        return self._ask(
            f"/sites/{site}/positions",
            where,
            date_from=first.isoformat(),
            date_to=last.isoformat(),
            with_landing_pages="1",
        )

    def _positions(self, site: str, days: list[date], window: Window) -> Iterator[Page]:
        where, seen = self._where(f"positions of site {site}", window), Seen()
        for start in range(0, len(days), MOST_DAYS):
            some = days[start : start + MOST_DAYS]
            engines = list_in(self._history(site, some[0], some[-1], where), where)
            yield page_of(
                seen.fresh(item for engine in engines for item in self._places(site, engine, window))
            )

    def _places(self, site: str, engine: Any, window: Window) -> Iterator[Record | Rejection]:
        what = f"an engine of site {site}"
        try:
            engine_id = usable_id(require_object(engine, what), "site_engine_id")
            if engine_id is None:
                raise Unusable("missing_id", f"{what} has no site_engine_id", "report it with the payload.")
        except Unusable as error:
            yield error.rejection(engine, None)
            return
        for keyword in engine.get("keywords") or ():
            for item in parse_places(keyword, site, engine_id, self._zone, self._reading.zero):
                if isinstance(item, Rejection) or item.updated_at in window:
                    yield item
