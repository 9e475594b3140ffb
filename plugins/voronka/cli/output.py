"""How the command line speaks: tables for people, JSON for scripts, progress and errors beside them on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 10_000
"""In a file or a pipe nothing is folded: lines are found by ``grep`` and paths can be copied."""

console = Console(width=None if sys.stdout.isatty() else WIDE)
errors = Console(stderr=True)


def say_json(value: Any) -> None:
    """One JSON document on standard output; moments are ISO 8601."""
    json.dump(value, sys.stdout, default=_plain, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def say(text: str, *, style: str = "", where: Console = console) -> None:
    """A text as it is: not cut, not folded, nothing in it read as markup."""
    where.print(Text(text, style=style), soft_wrap=True)


def table(
    title: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    columns: Mapping[str, str] | None = None,
    empty: str = "nothing",
) -> None:
    """A titled table of equal mappings, or a line that there is nothing. What is too long is folded, never cut.

    Args:
        columns: key → heading of those to show; all by default.
    """
    rows = list(rows)
    if not rows:
        console.print(f"[bold]{title}[/bold]: {empty}")
        return
    shown = columns or {name: name.replace("_", " ") for name in rows[0]}
    grid = Table(
        title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False
    )
    for name, heading in shown.items():
        justify = "right" if any(_is_number(row[name]) for row in rows) else "left"
        grid.add_column(heading, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        grid.add_row(*(Text(_cell(row[name])) for name in shown))
    console.print(grid)
    console.print()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:,}".replace(",", " ") if isinstance(value, int) else str(value)
