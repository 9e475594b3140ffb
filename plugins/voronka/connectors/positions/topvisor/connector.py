"""Topvisor as a connector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from voronka.connectors.base import Entity, Finding, Page, Record, Rejection
from voronka.connectors.days import days_starting_in
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Where
from voronka.connectors.pages import Seen, page_of
from voronka.connectors.positions.topvisor.cells import parse_cells
from voronka.connectors.positions.topvisor.client import Answer, TopvisorClient, rows_of
from voronka.connectors.probing import clock_finding, failed
from voronka.connectors.rows import listed, usable_id
from voronka.domain import clock
from voronka.domain.errors import ShapeChanged, SourceError
from voronka.domain.windows import Window

MOST_CHECKS = 31
"""How many days one request may cover: a day holds at most one check, and the service gives 31 by default."""
LATE_SECONDS = 3 * 86_400
"""A check is dated by its day but is there only hours later."""
BROAD_MATCH = 1
PROJECTS, KEYWORDS, HISTORY = "projects_2/projects", "keywords_2/keywords", "positions_2/history"
ENTITIES: dict[str, Entity] = {
    "projects": Entity("projects", "full"),
    "keywords": Entity("keywords", "full"),
    "positions": Entity("positions", "window", partitioned=True, overlap_seconds=LATE_SECONDS),
}


class TopvisorConnector:
    """One Topvisor account. A check belongs to the window that holds the start of its day in the account's zone.

    Args:
        time_zone: IANA name of the zone in which the agency counts days.
    """

    provider = "topvisor"

    def __init__(self, account_id: str, client: TopvisorClient, time_zone: str) -> None:
        self.account_id = account_id
        self._client = client
        self._zone = ZoneInfo(time_zone)
        self._known_projects: list[dict[str, Any]] | None = None

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Projects, keywords, positions."""
        return ENTITIES

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Pages of an entity.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means.
        """
        entity_named(entity, ENTITIES, self.provider)
        if entity == "projects":
            yield from self._project_pages()
        elif entity == "keywords":
            for project in self._projects():
                yield from self._keywords(project)
        else:
            days = days_starting_in(window, self._zone)
            for project in self._projects() if days else ():
                yield from self._positions(project, days, window)

    def probe(self) -> list[Finding]:
        """Address, key, clock, and whether any project can be seen."""
        check = "Topvisor answers and takes the key"
        try:
            answers = list(self._ask_projects())
            count = sum(len(rows_of(answer, self._where("projects"))) for answer in answers)
        except SourceError as error:
            return [failed(check, error)]
        return [
            Finding(check, True, "the key is taken"),
            clock_finding(answers[0].reply, lambda: datetime.now(UTC)),
            Finding(
                "projects can be seen",
                count > 0,
                f"{count} projects",
                "give the key's user access to projects.",
            ),
        ]

    def _where(self, entity: str, window: Window | None = None) -> Where:
        return Where(self.account_id, self.provider, entity, window)

    def _ask_projects(self) -> Iterator[Answer]:
        return self._client.pages(PROJECTS, {"show_searchers_and_regions": 1}, self._where("projects"))

    def _project_pages(self) -> Iterator[Page]:
        read_at, seen = clock.now(), Seen()
        for answer in self._ask_projects():
            rows = rows_of(answer, self._where("projects"))
            yield page_of(seen.fresh(listed(row, "a project", read_at) for row in rows), answer.total)

    def _projects(self) -> list[dict[str, Any]]:
        """Projects that have an id, asked once."""
        if self._known_projects is None:
            rows = [
                row for answer in self._ask_projects() for row in rows_of(answer, self._where("projects"))
            ]
            usable = {str(row["id"]): row for row in rows if usable_id(row) is not None}
            self._known_projects = list(usable.values())
        return self._known_projects

    def _keywords(self, project: dict[str, Any]) -> Iterator[Page]:
        """Keywords with their volumes: one field per engine and region of the project."""
        where = self._where(f"keywords of project {project['id']}")
        fields = ["id", "name", "group_id", "group_name", *_volume_fields(project)]
        read_at, seen = clock.now(), Seen()
        for answer in self._client.pages(KEYWORDS, {"project_id": project["id"], "fields": fields}, where):
            items = [
                listed(row, "a keyword", read_at, prefix=f"{project['id']}:")
                for row in rows_of(answer, where)
            ]
            yield page_of(seen.fresh(items))

    def _positions(self, project: dict[str, Any], days: list[date], window: Window) -> Iterator[Page]:
        indexes = sorted({region["index"] for region in _regions(project)})
        where, seen = self._where(f"positions of project {project['id']}", window), Seen()
        for start in range(0, len(days) if indexes else 0, MOST_CHECKS):
            some = days[start : start + MOST_CHECKS]
            asked = {
                "project_id": project["id"],
                "regions_indexes": indexes,
                "date1": some[0].isoformat(),
                "date2": some[-1].isoformat(),
                "type_range": 2,
                "count_dates": MOST_CHECKS,
                "history_fields": ["position", "relevant_url"],
                "fields": ["id", "name", "group_id", "group_name"],
                "show_headers": True,
                "show_exists_dates": True,
            }
            for answer in self._client.pages(HISTORY, asked, where):
                yield page_of(seen.fresh(self._cells(answer, project, window, where)))

    def _cells(
        self, answer: Answer, project: dict[str, Any], window: Window, where: Where
    ) -> Iterator[Record | Rejection]:
        keywords = answer.result.get("keywords") if isinstance(answer.result, dict) else None
        if not isinstance(keywords, list):
            raise ShapeChanged(
                f"{where}: the history has no list of keywords.",
                account_id=self.account_id,
                provider=self.provider,
                remedy="the API may have changed; report it with this message.",
            )
        for keyword in keywords:
            for item in parse_cells(keyword, str(project["id"]), self._zone):
                if isinstance(item, Rejection) or item.updated_at in window:
                    yield item


def _regions(project: dict[str, Any]) -> list[dict[str, Any]]:
    """Regions of all engines, each with ``index`` (project-local) and the engine's ``searcher_key``."""
    found: list[dict[str, Any]] = []
    for searcher in project.get("searchers") or ():
        if not isinstance(searcher, dict):
            continue
        key = searcher.get("searcher_key", searcher.get("key", searcher.get("searcher")))
        for region in searcher.get("regions") or ():
            if isinstance(region, dict) and str(region.get("index", "")).isdigit():
                found.append({**region, "index": int(region["index"]), "searcher_key": key})
    return found


def _volume_fields(project: dict[str, Any]) -> list[str]:
    """``volume:<region key>:<searcher key>:<match>`` of each engine and region, once."""
    pairs = {
        (region.get("key"), region["searcher_key"])
        for region in _regions(project)
        if region.get("key") is not None and region["searcher_key"] is not None
    }
    return [f"volume:{region}:{searcher}:{BROAD_MATCH}" for region, searcher in sorted(pairs, key=str)]
