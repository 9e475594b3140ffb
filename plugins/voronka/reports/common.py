"""What every report's context has: figures, metric names, who and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection, errors
from psycopg.rows import dict_row
from pydantic import BaseModel, ConfigDict

from voronka.domain.errors import NotPublished, VoronkaError
from voronka.domain.periods import Period
from voronka.reports.language import Language

Direction = Literal["up", "down", "none"]


class Context(BaseModel):
    """A value object of a report: typed, frozen, readable from a sample file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Metric(Context):
    """A row of the metrics mart: its names and one-line formulas, and which way is good."""

    metric_id: str
    unit: str
    direction: Direction
    name_ru: str
    name_en: str
    formula_ru: str
    formula_en: str

    def name(self, language: Language) -> str:
        """Its label."""
        return self.name_ru if language.code == "ru" else self.name_en

    def formula(self, language: Language) -> str:
        """Its one-line formula."""
        return self.formula_ru if language.code == "ru" else self.formula_en


class Figure(Context):
    """A metric's value and its difference to the period before; ``change`` is None when there is nothing to compare.

    ``whole`` is what a count is a part of (checked of tracked).
    """

    metric_id: str
    unit: str
    direction: Direction
    value: float | None
    change: float | None = None
    whole: float | None = None

    @property
    def is_visible(self) -> bool:
        """Whether the change shows at the precision the unit is printed with."""
        step = {"share": 0.0005, "score": 0.05, "days": 0.05}.get(self.unit, 0.5)
        return self.change is not None and abs(self.change) >= step

    @property
    def verdict(self) -> Literal["good", "bad", "same", "none"]:
        """Whether the change is good; ``same`` also where no direction is better."""
        if self.change is None:
            return "none"
        if not self.is_visible or self.direction == "none":
            return "same"
        return "good" if (self.change > 0) == (self.direction == "up") else "bad"


class Head(Context):
    """Who and when: the same for all reports. ``as_of`` is the data's moment, UTC."""

    account_id: str
    account_name: str
    time_zone: str
    currency: str
    period: str
    as_of: datetime
    run_id: str
    metrics: tuple[Metric, ...]

    @property
    def span(self) -> Period:
        """The period as days."""
        return Period.parse(self.period)

    def metric(self, metric_id: str) -> Metric:
        """The metric of that id.

        Raises:
            VoronkaError: when the metrics mart does not know it.
        """
        for metric in self.metrics:
            if metric.metric_id == metric_id:
                return metric
        raise VoronkaError(
            f"The metric {metric_id!r} is not in marts.metrics.",
            remedy="run voronka transform --full, then again.",
        )


@dataclass(frozen=True, slots=True)
class Sentence:
    """A generated sentence with what it says: the metric, its change, and the values as printed in it."""

    text: str
    metric_id: str
    change: float
    printed: tuple[str, ...] = ()


def facts(context: BaseModel, *, without: Iterable[str] = ("as_of", "run_id", "metrics")) -> dict[str, Any]:
    """The values a letter shows, JSON-able; the moment of the run is not one of them."""
    shown: dict[str, Any] = context.model_dump(mode="json", exclude=set(without))
    return shown


def read(connection: Connection[Any], query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows as dicts.

    Raises:
        NotPublished: when the marts are not there yet.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        try:
            cursor.execute(query, parameters)
            return cursor.fetchall()
        except (errors.UndefinedTable, errors.InvalidSchemaName, errors.InsufficientPrivilege) as error:
            raise NotPublished(
                f"The marts for account {parameters.get('account')!r} cannot be read: {error.diag.message_primary}.",
                remedy="run voronka transform; a report reads only what has been built and published.",
            ) from error


def metrics(connection: Connection[Any], account_id: str, ids: Sequence[str]) -> tuple[Metric, ...]:
    """The named metrics out of the metrics mart, in the order asked."""
    rows = read(
        connection,
        """
        select distinct on (metric_id)
            metric_id, unit, direction, name_ru, name_en, formula_ru, formula_en
        from marts.metrics
        where metric_id = any(%(ids)s)
        order by metric_id
        """,
        {"account": account_id, "ids": list(ids)},
    )
    found = {row["metric_id"]: row for row in rows}
    return tuple(
        Metric(**{**found[i], "direction": _direction(found[i]["direction"])}) for i in ids if i in found
    )


def _direction(text: str) -> Direction:
    if text.startswith("up"):
        return "up"
    return "down" if text.startswith("down") else "none"


def as_float(value: Any) -> float | None:
    """A number of the database as a float, null kept."""
    return None if value is None else float(value)
