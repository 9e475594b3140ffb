"""What a second rank tracker and the search engines' own consoles know, over the same simulated rankings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.agency.history import last_check_day
from sandbox.agency.model import Keyword, Project, Tenant, TrackedRegion

KEYWORDS, DAYS, LAG_DAYS = 5, 30, 2
ENGINE_ZONES = {"yandex": ZoneInfo("Europe/Moscow"), "google": ZoneInfo("America/Los_Angeles")}
_DEVICES = (("DESKTOP", 3, 0), ("MOBILE", 2, 1))


def also_tracked(tenant: Tenant) -> list[Project]:
    """The projects that are in a second tracker as well: the last one."""
    return list(tenant.projects[-1:])


def some_keywords(project: Project) -> list[Keyword]:
    """The phrases that the other services know."""
    return project.keywords[:KEYWORDS]


def known_days(project: Project) -> list[date]:
    """The last days with checks: what the other services keep."""
    days = {day for keyword in some_keywords(project) for _, day in keyword.checks}
    return sorted(days)[-DAYS:]


def second_checks(
    project: Project, last_day: date
) -> Iterator[tuple[TrackedRegion, Keyword, date, int | None]]:
    """(region, keyword, day, place or None) that the second tracker has by ``last_day``."""
    days = {day for day in known_days(project) if day <= last_day}
    for region in project.regions:
        for keyword in some_keywords(project):
            for (index, day), place in keyword.checks.items():
                if index == region.index and day in days:
                    yield region, keyword, day, place


@dataclass(frozen=True, slots=True)
class QueryDay:
    """How often a site was shown for a query on one day and kind of device, and at which place on average."""

    site: str
    day: date
    device: str
    keyword: Keyword
    url: str
    impressions: int
    clicks: int
    position: float


def query_days(tenant: Tenant, engine: str, now: datetime) -> list[QueryDay]:
    """All that the console of ``engine`` tells at ``now``: days in the engine's own zone, two days late."""
    last_day = now.astimezone(ENGINE_ZONES[engine]).date() - timedelta(days=LAG_DAYS)
    rows = []
    for project in console_projects(tenant, engine):
        region = next(region for region in project.regions if region.engine == engine)
        days = {day for day in known_days(project) if day <= last_day}
        for keyword in some_keywords(project):
            for (index, day), place in keyword.checks.items():
                if index == region.index and day in days and place is not None:
                    rows += _of_devices(project, keyword, day, place, keyword.urls[(index, day)])
    return rows


def console_projects(tenant: Tenant, engine: str) -> list[Project]:
    """Sites whose rights are confirmed in the console of ``engine``: the first that is tracked there."""
    there = [p for p in tenant.projects if any(region.engine == engine for region in p.regions)]
    return there[:1]


def _of_devices(project: Project, keyword: Keyword, day: date, place: int, url: str) -> Iterator[QueryDay]:
    daily = max(1, (keyword.volume or 60) // 30)
    for device, fifths, worse in _DEVICES:
        impressions = max(1, daily * fifths // 5)
        position = place + worse + (day.day % 4) / 4
        clicks = min(impressions, int(impressions / (position + 1)))
        yield QueryDay(project.site, day, device, keyword, url, impressions, clicks, position)


def consoles_truth(tenant: Tenant, now: datetime) -> dict[str, Any]:
    """Counts of the second tracker, and of each console rows, impressions and clicks."""
    last_day = last_check_day(tenant, now)
    checks = [c for project in also_tracked(tenant) for c in second_checks(project, last_day)]
    told: dict[str, Any] = {
        "seranking": {
            "sites": len(also_tracked(tenant)),
            "keywords": sum(len(some_keywords(p)) for p in also_tracked(tenant)),
            "checked": len(checks),
            "found": sum(place is not None for *_, place in checks),
        }
    }
    for console, engine in (("webmaster", "yandex"), ("gsc", "google")):
        rows = query_days(tenant, engine, now)
        told[console] = {
            "rows": len(rows),
            "impressions": sum(row.impressions for row in rows),
            "clicks": sum(row.clicks for row in rows),
        }
    return told
