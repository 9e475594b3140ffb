"""Pages gathered for one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field

from voronka.connectors.base import Deletion, Page, Rejection
from voronka.loading.versions import Version, prepare

BATCH_ROWS = 5000
BATCH_BYTES = 16 * 1024 * 1024
"""A transaction takes whole pages until it holds so many rows or bytes."""


@dataclass(slots=True)
class Batch:
    """What some pages hold, ready for Postgres."""

    versions: list[Version] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    size: int = 0

    def add(self, page: Page) -> None:
        """Take in a page."""
        for record in page.records:
            prepared = prepare(record)
            if isinstance(prepared, Version):
                self.versions.append(prepared)
                self.size += len(prepared.payload)
            else:
                self.rejections.append(prepared)
        self.rejections.extend(page.rejections)
        self.deletions.extend(page.deletions)

    @property
    def is_full(self) -> bool:
        """Whether it is time to write; deletions close a batch, so that what comes after them stays after."""
        return len(self.versions) >= BATCH_ROWS or self.size >= BATCH_BYTES or bool(self.deletions)
