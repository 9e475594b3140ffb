"""The commands about spreadsheets that people keep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from voronka.cli.output import console

sheets = typer.Typer(no_args_is_help=True, help="Spreadsheets with contracts, plans, roster and spend.")


@sheets.callback()
def about() -> None:
    """Spreadsheets with contracts, plans, roster and spend."""


@sheets.command()
def template(
    folder: Annotated[Path, typer.Argument(help="where to write them; made if it is not there")],
    language: Annotated[Literal["ru", "en"], typer.Option(help="of the headers; both are read")] = "ru",
) -> None:
    """Write empty sheets with the headers of every layout, and a page that explains the columns."""
    from voronka.connectors.sheets.template import write_templates

    for path in write_templates(folder, language):
        console.print(f"  {path}", soft_wrap=True)
