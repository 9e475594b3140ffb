"""Spreadsheets of one account as entities: a record per row, a rejection per cell that breaks a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from voronka.connectors.base import Entity, Finding, Page
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Where, failure
from voronka.connectors.sheets.grid import Reader
from voronka.connectors.sheets.layouts import LAYOUTS, Layout
from voronka.connectors.sheets.parsing import page_of_lines
from voronka.connectors.sheets.table import lines_of
from voronka.domain import clock
from voronka.domain.errors import FeatureUnavailable, ShapeChanged, SourceError
from voronka.domain.windows import Window

ENTITIES = {name: Entity(name, "full", optional=True) for name in LAYOUTS}


class SheetsConnector:
    """Sheets of an account, whole at every reading.

    A row's name is its layout's key, so that a changed row is a new version of the same record and a row that is no
    longer there counts as missing. A payload is the row's values (decimals as text, days as ISO 8601) with the cells
    under ``as_received``.
    """

    provider = "sheets"

    def __init__(self, account_id: str, reader: Reader) -> None:
        self.account_id = account_id
        self._reader = reader

    @property
    def entities(self) -> Mapping[str, Entity]:
        """One entity per layout; a sheet that an agency does not keep is skipped."""
        return ENTITIES

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """The sheet as one page; the window does not matter.

        Raises:
            ShapeChanged: a column is missing, or the sheet is blank: it is refused as a whole.
            FeatureUnavailable: there is no such sheet.
        """
        entity_named(entity, ENTITIES, self.provider)
        yield self._page(LAYOUTS[entity])

    def probe(self) -> list[Finding]:
        """Whether the sheets can be reached, have their columns, and how many cells break the rules."""
        reached = self._reader.probe()
        if not all(finding.ok or finding.severity == "warning" for finding in reached):
            return reached
        return [*reached, *(self._examine(layout) for layout in LAYOUTS.values())]

    def _examine(self, layout: Layout) -> Finding:
        check = f"the sheet of {layout.name} can be loaded"
        try:
            page = self._page(layout)
        except FeatureUnavailable as error:
            return Finding(check, True, f"not kept: {error.message}")
        except SourceError as error:
            return Finding(check, False, error.message, error.remedy)
        if not page.rejections:
            return Finding(check, True, f"{len(page.records)} rows")
        first = page.rejections[0]
        return Finding(
            check,
            False,
            f"{len(page.rejections)} cells break the rules, the first: {first.reason}",
            first.remedy,
            "warning",
        )

    def _page(self, layout: Layout) -> Page:
        where = Where(self.account_id, self.provider, layout.name)
        grid, read_at = self._reader.read(layout), clock.now()

        def refuse(what: str, remedy: str) -> SourceError:
            return failure(ShapeChanged, f"the sheet {grid.title} is not taken: {what}", where, remedy)

        return page_of_lines(lines_of(grid, layout, refuse), layout, grid.title, read_at)
