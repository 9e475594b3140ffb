"""What the head-of-sales weekly shows, typed."""

from __future__ import annotations

from datetime import date

from voronka.reports.common import Context, Figure, Head


class CohortCell(Context):
    """Leads of a cohort that reached a step (mode filled); conversions are fractions, None when nothing to divide by."""

    leads: int
    from_previous: float | None
    from_first: float | None


class FunnelStep(Context):
    """A step with one cell per cohort of its funnel; None where the cohort has no leads."""

    stage_name: str
    cells: tuple[CohortCell | None, ...]


class Cohort(Context):
    """Leads created in a month; unfinished when the month is not over at the data's moment."""

    month: date
    is_unfinished: bool


class Funnel(Context):
    """A pipeline's funnel over cohorts, oldest first."""

    pipeline_name: str
    cohorts: tuple[Cohort, ...]
    steps: tuple[FunnelStep, ...]


class Manager(Context):
    """A person's figures of the week, in the order of the report's ``manager_metrics``."""

    name: str
    team: str | None
    figures: tuple[Figure, ...]

    def figure(self, metric_id: str) -> Figure | None:
        """The figure of a metric."""
        return next((f for f in self.figures if f.metric_id == metric_id), None)


class MissedCalls(Context):
    """Missed incoming calls of the week, spam left out. All but ``repeats`` count attempts without repeats.

    ``hours`` is (local hour, recovered by us, recovered by the client, not recovered).
    """

    attempts: int
    repeats: int
    by_us: int
    by_client: int
    in_working_time: int
    withheld: int
    hours: tuple[tuple[int, int, int, int], ...]

    @property
    def not_recovered(self) -> int:
        """Attempts without a talk within 24 hours."""
        return self.attempts - self.by_us - self.by_client


class StockRow(Context):
    """Open leads of a stage at the end of the week; ``before`` a week earlier."""

    pipeline_name: str
    stage_name: str
    stock: int
    before: int | None


class WeekPoint(Context):
    """Company counts of a week; None where the warehouse has no figure."""

    monday: date
    created: float | None
    won: float | None


class SalesReport(Head):
    """An account's sales over an ISO week. ``closed`` is the win rate's denominator."""

    figures: tuple[Figure, ...]
    closed: int | None
    trend: tuple[WeekPoint, ...]
    funnels: tuple[Funnel, ...]
    manager_metrics: tuple[str, ...]
    managers: tuple[Manager, ...]
    missed: MissedCalls
    stock: tuple[StockRow, ...]

    def figure(self, metric_id: str) -> Figure | None:
        """The company's figure of a metric."""
        return next((f for f in self.figures if f.metric_id == metric_id), None)
