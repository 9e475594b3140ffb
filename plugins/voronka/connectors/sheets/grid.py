"""A sheet as rows of cells, and what a reader of sheets promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from voronka.connectors.base import Finding
from voronka.connectors.sheets.layouts import Layout


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet.

    Attributes:
        title: what people call it: the tab's name, or the file's.
        rows: from the sheet's first row on; rows may be of different lengths, blank cells None or empty text.
    """

    title: str
    rows: Sequence[Sequence[Any]]


class Reader(Protocol):
    """Where sheets are kept."""

    def read(self, layout: Layout) -> Grid:
        """The sheet of a layout.

        Raises:
            FeatureUnavailable: there is none, and the settings do not name one.
            ShapeChanged: the settings name one that is not there.
            SourceError: it could not be read.
        """
        ...

    def probe(self) -> list[Finding]:
        """Whether the sheets can be reached at all."""
        ...


def column_letter(index: int) -> str:
    """The letters a spreadsheet writes above a column; 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
