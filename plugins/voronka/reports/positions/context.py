"""What the position report shows, typed."""

from __future__ import annotations

from datetime import date
from typing import Literal

from voronka.reports.common import Context, Figure, Head

State = Literal["found", "not_found", "not_checked"]


class DayPoint(Context):
    """Shares (0 to 1) of one checked day; a share whose N is above the depth is None."""

    day: date
    top3: float | None
    top10: float | None
    top30: float | None
    visibility: float | None


class Keyword(Context):
    """A tracked keyword on the section's day and the day it is compared with.

    ``position`` is set only when found. ``history`` is oldest first: not found counts as depth + 1, not checked is None.
    """

    keyword: str
    volume: int | None
    url: str
    state: State
    position: int | None
    previous_state: State
    previous_position: int | None
    best: int | None
    history: tuple[int | None, ...]

    @property
    def movement(self) -> int | None:
        """Places won (positive) or lost, only when found on both days."""
        if self.position is None or self.previous_position is None:
            return None
        return self.previous_position - self.position

    @property
    def entered(self) -> bool:
        """Came into the checked range."""
        return self.state == "found" and self.previous_state == "not_found"

    @property
    def left(self) -> bool:
        """Fell out of the checked range."""
        return self.state == "not_found" and self.previous_state == "found"

    @property
    def compared(self) -> bool:
        """Checked on both days."""
        return "not_checked" not in (self.state, self.previous_state)


class Section(Context):
    """One engine, region and device. ``compared_on`` is None when no day before the period was checked."""

    engine: str
    region: str
    device: str
    depth: int
    checked_on: date
    compared_on: date | None
    tracked: int
    checked: int
    is_unweighted: bool
    figures: tuple[Figure, ...]
    history: tuple[DayPoint, ...]
    keywords: tuple[Keyword, ...]
    unchecked_days: tuple[date, ...]

    @property
    def up(self) -> list[Keyword]:
        """Keywords that rose, the farthest first."""
        return sorted(
            (k for k in self.keywords if (k.movement or 0) > 0), key=lambda k: (-(k.movement or 0), k.keyword)
        )

    @property
    def down(self) -> list[Keyword]:
        """Keywords that fell, the deepest fall first."""
        return sorted(
            (k for k in self.keywords if (k.movement or 0) < 0), key=lambda k: (k.movement or 0, k.keyword)
        )

    @property
    def entered(self) -> list[Keyword]:
        """Keywords that came into the range, best place first."""
        return sorted((k for k in self.keywords if k.entered), key=lambda k: (k.position or 0, k.keyword))

    @property
    def left(self) -> list[Keyword]:
        """Keywords that fell out of the range."""
        return sorted((k for k in self.keywords if k.left), key=lambda k: k.keyword)

    @property
    def unchecked(self) -> list[Keyword]:
        """Tracked keywords that were not checked on the section's day."""
        return [k for k in self.keywords if k.state == "not_checked"]

    @property
    def same_set(self) -> list[Keyword]:
        """Keywords checked on both days: the only ones that may be compared."""
        return [k for k in self.keywords if k.compared]

    def figure(self, metric_id: str) -> Figure:
        """The figure of a metric."""
        return next(f for f in self.figures if f.metric_id == metric_id)


class PositionsReport(Head):
    """A project's positions over a period; the first section is the one told first."""

    client_id: str
    client_name: str
    project_id: str
    project_name: str
    site: str
    sections: tuple[Section, ...]
