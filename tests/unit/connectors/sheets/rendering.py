"""Grids for the tests, and how to read one by a layout."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from voronka.connectors.base import Page
from voronka.connectors.sheets.grid import Grid
from voronka.connectors.sheets.layouts import LAYOUTS
from voronka.connectors.sheets.parsing import page_of_lines
from voronka.connectors.sheets.table import lines_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CONTRACT_HEADERS = ["Договор", "Клиент", "Услуга", "Стоимость", "Начало", "Окончание"]
CONTRACT = ["118", "17000201", "SEO", "60 000", "01.02.2026", ""]


class Refused(Exception):
    """A sheet refused as a whole."""


def refuse(what: str, remedy: str) -> Refused:
    return Refused(f"{what} | {remedy}")


def read(layout: str, *rows: Sequence[Any], title: str = "Лист") -> Page:
    found = LAYOUTS[layout]
    return page_of_lines(lines_of(Grid(title, rows), found, refuse), found, title, NOON)


def values(page: Page) -> dict[str, dict[str, Any]]:
    """Payloads by source_id, without the cells as they were received."""
    return {
        record.source_id: {k: v for k, v in record.payload.items() if k != "as_received"}
        for record in page.records
    }
