"""Pages gathered for one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field

from voronka.connectors.base import Deletion, Page, Rejection
from voronka.loading.versions import Version, prepare

BATCH_ROWS = 10000
BATCH_BYTES = 24 * 1024 * 1024
"""A transaction takes whole pages until it holds so many rows or bytes."""
WORTHWHILE_ROWS = 1000
"""From so many rows on, a batch is written as soon as nothing else is."""


@dataclass(slots=True)
class Batch:
    """What some pages hold, ready for Postgres."""

    versions: list[Version] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    size: int = 0
    pages: int = 0
    rows_received: int = 0
    source_total: int | None = None

    def add(self, page: Page) -> None:
        """Take in a page."""
        for record in page.records:
            prepared = prepare(record)
            if isinstance(prepared, Version):
                self.versions.append(prepared)
                self.size += len(prepared.line)
            else:
                self.rejections.append(prepared)
        self.rejections.extend(page.rejections)
        self.deletions.extend(page.deletions)
        self.pages += 1
        self.rows_received += len(page.records) + len(page.rejections)
        if page.source_total is not None:
            self.source_total = page.source_total

    @property
    def is_full(self) -> bool:
        """Whether it is time to write; deletions close a batch, so that what comes after them stays after."""
        return len(self.versions) >= BATCH_ROWS or self.size >= BATCH_BYTES or bool(self.deletions)

    @property
    def is_worthwhile(self) -> bool:
        """Whether it may be written if there is nothing better to do."""
        return len(self.versions) >= WORTHWHILE_ROWS
