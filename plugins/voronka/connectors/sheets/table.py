"""A grid of cells → lines of a layout: which column is which field, and a wide form taken apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from voronka.connectors.sheets.grid import Grid, column_letter
from voronka.connectors.sheets.layouts import Layout
from voronka.connectors.sheets.layouts.values import period_of, squeezed

WIDE_FROM = 3
"""So many headers that are months make a sheet a wide one."""

Refuse = Callable[[str, str], Exception]
"""Makes the error that refuses a whole sheet: what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell and where it is: row from 1, column from 0, and its column's header."""

    value: Any
    row: int
    column: int
    header: str

    def __str__(self) -> str:
        return f"row {self.row}, column {column_letter(self.column)} ({self.header})"


@dataclass(frozen=True, slots=True)
class Line:
    """What one record is made of: its cells by field, and those of columns that mean nothing to the layout."""

    row: int
    cells: Mapping[str, Cell]
    others: Mapping[str, Any]

    @property
    def values(self) -> dict[str, Any]:
        """The cells' values by field."""
        return {name: cell.value for name, cell in self.cells.items()}

    @property
    def as_received(self) -> dict[str, Any]:
        """Header → cell, of every cell with something in it."""
        received = {**self.others, **{cell.header: cell.value for cell in self.cells.values()}}
        return {header: value for header, value in received.items() if squeezed(value) is not None}


def lines_of(grid: Grid, layout: Layout, refuse: Refuse) -> Iterator[Line]:
    """The lines of a sheet that say something, in order.

    Raises:
        Exception: what ``refuse`` makes, when the sheet is blank, lacks a column or has one twice.
    """
    at, headers = _headers(grid, layout, refuse)
    months = _months(headers) if layout.unpivots else {}
    fields = _fields(headers, layout, set(months), refuse)
    for number, row in enumerate(grid.rows[at + 1 :], start=at + 2):
        cells = {
            name: Cell(row[column] if column < len(row) else None, number, column, headers[column])
            for name, column in fields.items()
        }
        taken = {*fields.values(), *months}
        others = {
            headers[n] or column_letter(n): value
            for n, value in enumerate(row[: len(headers)])
            if n not in taken
        }
        for line in _unpivoted(Line(number, cells, others), row, headers, list(months)):
            if not layout.row.is_blank(line.values):
                yield line


def _headers(grid: Grid, layout: Layout, refuse: Refuse) -> tuple[int, list[str]]:
    """(index of the first row that is not blank, its cells as text)."""
    for at, row in enumerate(grid.rows):
        if any(squeezed(cell) is not None for cell in row):
            return at, [squeezed(cell) or "" for cell in row]
    raise refuse(
        "it is blank, without headers",
        f"put the headers back (voronka sheets template writes them): {_named(layout.required, layout)}.",
    )


def _months(headers: list[str]) -> dict[int, str]:
    """Columns whose headers are months, when there are enough of them."""
    found = {n: header for n, header in enumerate(headers) if header and _is_month(header)}
    return found if len(found) >= WIDE_FROM else {}


def _is_month(header: str) -> bool:
    try:
        return period_of(header)[0] == "month"
    except PydanticCustomError:
        return False


def _fields(headers: list[str], layout: Layout, months: set[int], refuse: Refuse) -> dict[str, int]:
    """Field → column."""
    fields: dict[str, int] = {}
    for number, header in enumerate(headers):
        if number in months:
            continue
        for name, column in layout.columns.items():
            if not column.answers_to(header.lower()):
                continue
            if name in fields:
                raise refuse(
                    f"columns {column_letter(fields[name])} ({headers[fields[name]]}) and {column_letter(number)}"
                    f" ({header}) both mean {column.english}",
                    "keep one of them.",
                )
            fields[name] = number
            break
    unpivoted = {"period", "value"} if months else set()
    missing = [name for name in layout.required if name not in fields and name not in unpivoted]
    if missing:
        raise refuse(
            f"sheet column missing: it has no column {_named(missing, layout)}; found are: {', '.join(h for h in headers if h)}",
            "put the column back under one of its names (voronka sheets template lists them).",
        )
    return fields


def _named(names: Any, layout: Layout) -> str:
    return ", ".join(f"{layout.columns[n].headers[0]} ({layout.columns[n].english})" for n in names)


def _unpivoted(line: Line, row: Any, headers: list[str], months: list[int]) -> Iterator[Line]:
    """The line itself; of a wide sheet one line per month."""
    if not months:
        yield line
        return
    for column in months:
        value = row[column] if column < len(row) else None
        cells = {
            **line.cells,
            "period": Cell(headers[column], line.row, column, headers[column]),
            "value": Cell(value, line.row, column, headers[column]),
        }
        yield Line(line.row, cells, line.others)
