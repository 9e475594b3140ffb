"""A connector that yields prepared pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from voronka.connectors.base import Deletion, Entity, Finding, Page, Record, Rejection
from voronka.domain.windows import Window


class PageConnector:
    """Yields the pages it was given; an exception among them is raised at its place.

    Args:
        pages: of every entity; a callable is asked anew at every read.
        entities: as a connector would describe them.
        swept: pages of ids for ``sweep``.
    """

    def __init__(
        self,
        pages: Mapping[str, Iterable[Page | Exception] | Callable[[], Iterable[Page | Exception]]],
        *entities: Entity,
        account_id: str = "sever",
        provider: str = "amocrm",
        swept: Sequence[Sequence[str]] = (),
    ) -> None:
        self.account_id = account_id
        self.provider = provider
        self.windows: list[Window] = []
        self._pages = pages
        self._entities = {entity.name: entity for entity in entities}
        self._swept = swept

    @property
    def entities(self) -> Mapping[str, Entity]:
        return self._entities

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        self.windows.append(window)
        given = self._pages[entity]
        for page in given() if callable(given) else given:
            if isinstance(page, Exception):
                raise page
            yield page

    def sweep(self, entity: str) -> Iterator[Sequence[str]]:
        assert entity in self._entities
        yield from self._swept

    def probe(self) -> list[Finding]:
        return []


def record(source_id: str | int, updated_at: datetime, **payload: Any) -> Record:
    """A record with its id in the payload."""
    return Record(str(source_id), updated_at, {"id": source_id, **payload})


def page(*items: Record | Rejection | Deletion, source_total: int | None = None) -> Page:
    """A page of records, rejections and deletions."""
    return Page(
        [i for i in items if isinstance(i, Record)],
        [i for i in items if isinstance(i, Rejection)],
        [i for i in items if isinstance(i, Deletion)],
        source_total,
    )


def minutes(start: datetime, count: int) -> datetime:
    """``count`` minutes after ``start``."""
    return start + timedelta(minutes=count)
