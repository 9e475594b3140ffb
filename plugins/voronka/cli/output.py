"""How the command line speaks: tables and progress for people, JSON for scripts, errors with remedies."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

console = Console()
errors = Console(stderr=True)


def say_json(value: Any) -> None:
    """One JSON document on standard output."""
    json.dump(value, sys.stdout, default=_plain, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def table(title: str, rows: Iterable[Mapping[str, Any]], *, empty: str = "nothing") -> None:
    """A titled table of equal mappings, or a line that there is nothing."""
    rows = list(rows)
    if not rows:
        console.print(f"[bold]{title}[/bold]: {empty}")
        return
    grid = Table(
        title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False
    )
    for name in rows[0]:
        grid.add_column(name.replace("_", " "), justify="right" if _is_number(rows[0][name]) else "left")
    for row in rows:
        grid.add_row(*(_cell(value) for value in row.values()))
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


def steps(lines: Sequence[str]) -> None:
    """Lines of text, one below the other."""
    for line in lines:
        console.print(line)
