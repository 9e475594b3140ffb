"""Shares, means and visibility of the tracked projects on their last checked day, worked out from the checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sandbox.agency.model import Tenant

_TOPVISOR = ((3, 1.0), (4, 0.85), (5, 0.6), (7, 0.5), (9, 0.3), (10, 0.2), (15, 0.1), (20, 0.05))
_SE_RANKING_LAST = 10


def topvisor(place: int | None) -> float:
    """Weight of a place in Topvisor's visibility; 0 beyond 20 and when not found."""
    return next((weight for last, weight in _TOPVISOR if place is not None and place <= last), 0.0)


def seranking(place: int | None) -> float:
    return topvisor(place) if place is not None and place <= _SE_RANKING_LAST else 0.0


def linear(place: int | None) -> float:
    return (11 - place) / 10 if place is not None and place <= 10 else 0.0


def visibility(
    checks: Sequence[tuple[int | None, int | None]], weight: Callable[[int | None], float] = topvisor
) -> float | None:
    """Weighted by volume over (place or None, volume or None) of the keywords checked; unweighted if a volume lacks.

    None without checks, and when all volumes are zero.
    """
    lacking = any(volume is None for _, volume in checks)
    volumes = [1 if lacking else volume or 0 for _, volume in checks]
    total = sum(volumes)
    if total == 0:
        return None
    return sum(volume * weight(place) for volume, (place, _) in zip(volumes, checks, strict=True)) / total


def top_share(checks: Sequence[tuple[int | None, int | None]], last: int, depth: int) -> float | None:
    """Share of the keywords checked that stand within the first ``last`` places; None if that is beyond the depth."""
    if not checks or last > depth:
        return None
    return sum(place is not None and place <= last for place, _ in checks) / len(checks)


def mean_position(checks: Sequence[tuple[int | None, int | None]], depth: int) -> float | None:
    """Not found counts as depth + 1."""
    if not checks:
        return None
    return sum(depth + 1 if place is None else place for place, _ in checks) / len(checks)


def positions_truth(tenant: Tenant, last_day: date) -> dict[str, Any]:
    """Totals of all checks up to ``last_day``, and each project and region on its own last checked day."""
    numbers = {"checked": 0, "found": 0, "top10": 0}
    projects = []
    for project in tenant.projects:
        days: dict[int, date] = {}
        for keyword in project.keywords:
            for (index, day), place in keyword.checks.items():
                if day > last_day:
                    continue
                numbers["checked"] += 1
                numbers["found"] += place is not None
                numbers["top10"] += place is not None and place <= 10
                days[index] = max(days.get(index, day), day)
        for region in project.regions:
            if region.index not in days:
                continue
            key = (region.index, days[region.index])
            checks = [
                (keyword.checks[key], keyword.volume) for keyword in project.keywords if key in keyword.checks
            ]
            projects.append(
                {
                    "project_id": project.project_id,
                    "region_index": region.index,
                    "last_day": key[1].isoformat(),
                    "checked": len(checks),
                    "found": sum(place is not None for place, _ in checks),
                    "top3_share": _rounded(top_share(checks, 3, region.depth)),
                    "top10_share": _rounded(top_share(checks, 10, region.depth)),
                    "mean_position": _rounded(mean_position(checks, region.depth)),
                    "visibility_topvisor": _rounded(visibility(checks)),
                }
            )
    return {**numbers, "projects": projects}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
