"""Lines of a sheet → records, and for every cell that breaks a rule a rejection that names it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from pydantic import ValidationError

from voronka.connectors.base import Page, Record, Rejection
from voronka.connectors.sheets.grid import column_letter
from voronka.connectors.sheets.layouts import Layout
from voronka.connectors.sheets.layouts.values import squeezed
from voronka.connectors.sheets.table import Cell, Line


def page_of_lines(lines: Iterable[Line], layout: Layout, title: str, read_at: datetime) -> Page:
    """All records and rejections of a sheet.

    Two lines of one key are both rejected: nobody can tell which one is meant.
    """
    sound: dict[str, list[tuple[Line, Record]]] = defaultdict(list)
    rejections: list[Rejection] = []
    for line in lines:
        try:
            row = layout.row.model_validate(_given(line, layout))
        except ValidationError as error:
            rejections.extend(_bad_cells(error, line, layout, title))
            continue
        payload = {**row.payload(), "as_received": line.as_received}
        sound[row.source_id()].append((line, Record(row.source_id(), read_at, payload)))
    records = [found[0][1] for found in sound.values() if len(found) == 1]
    for key, found in sound.items():
        if len(found) > 1:
            rejections.extend(_duplicates(key, [line for line, _ in found], layout, title))
    return Page(records, rejections, source_total=len(records) + len(rejections))


def _given(line: Line, layout: Layout) -> dict[str, object]:
    """The cells by field; a blank one of a column that need not be there is left to its default."""
    return {
        name: value
        for name, value in line.values.items()
        if name in layout.required or squeezed(value) is not None
    }


def _bad_cells(error: ValidationError, line: Line, layout: Layout, title: str) -> Iterator[Rejection]:
    key = layout.readable_key(line.values)
    for one in error.errors():
        name = str(one["loc"][0])
        cell = line.cells[name]
        found = "nothing" if squeezed(cell.value) is None else repr(cell.value)
        yield Rejection(
            one["type"],
            f"sheet {title}, {cell}: found {found}, expected {one['msg']}.",
            f"mend the cell {column_letter(cell.column)}{cell.row}; until then the row's last sound version counts.",
            _payload(line, cell, title, one["msg"]),
            key,
        )


def _duplicates(key: str, lines: list[Line], layout: Layout, title: str) -> Iterator[Rejection]:
    rows = ", ".join(str(line.row) for line in lines)
    named = " and ".join(layout.columns[name].english for name in layout.row.key)
    for line in lines:
        cell = line.cells.get(layout.row.key[0]) or next(iter(line.cells.values()))
        yield Rejection(
            "duplicate_key",
            f"sheet {title}, {cell}: found {cell.value!r} again, expected {named} once; it is in rows {rows}.",
            "keep one of the rows, or give the newer one a number or version of its own.",
            _payload(line, cell, title, f"{named} once"),
            key,
        )


def _payload(line: Line, cell: Cell, title: str, expected: str) -> dict[str, object]:
    return {
        "sheet": title,
        "row": cell.row,
        "column": column_letter(cell.column),
        "header": cell.header,
        "found": cell.value,
        "expected": expected,
        "as_received": line.as_received,
    }
