"""A folder of CSV files, one per layout, as Excel, LibreOffice and Google Sheets export them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from voronka.connectors.base import Finding
from voronka.connectors.http import Where, failure
from voronka.connectors.sheets.grid import Grid
from voronka.connectors.sheets.layouts import Layout
from voronka.domain.errors import FeatureUnavailable, ShapeChanged, SourceError, SourceUnavailable

SEPARATORS = (";", ",", "\t")


class CsvFolder:
    """Reads ``<layout>.csv`` or ``<title>.csv`` of a folder, or the file that the settings name.

    Args:
        names: file by layout, where the settings name one.
    """

    def __init__(self, folder: Path, names: dict[str, str], where: Where) -> None:
        self._folder = folder
        self._names = names
        self._where = where

    def read(self, layout: Layout) -> Grid:
        """The file of a layout, decoded and split."""
        path = self._path(layout)
        try:
            content = path.read_bytes()
        except OSError as error:
            reason = f"{path} cannot be read ({error.strerror})"
            raise failure(SourceUnavailable, reason, self._where, "give us the right to read it.") from None
        return Grid(path.name, rows_of(decoded(content)))

    def probe(self) -> list[Finding]:
        """Whether the folder is there."""
        return [
            Finding(
                "the folder of CSV files is there",
                self._folder.is_dir(),
                str(self._folder),
                "make the folder, or set options.folder of this source in accounts.yml.",
            )
        ]

    def _path(self, layout: Layout) -> Path:
        if not self._folder.is_dir():
            raise self._failure(
                ShapeChanged, f"there is no folder {self._folder}", "set options.folder in accounts.yml."
            )
        named = self._names.get(layout.name)
        candidates = [named] if named else [f"{layout.name}.csv", f"{layout.title}.csv"]
        for candidate in candidates:
            path = self._folder / candidate
            if path.is_file():
                return path
        wanted = " or ".join(candidates)
        kind = ShapeChanged if named else FeatureUnavailable
        raise self._failure(
            kind,
            f"{self._folder} has no {wanted}",
            "put the file back, or name it in options of this source.",
        )

    def _failure(self, kind: type[SourceError], what: str, remedy: str) -> SourceError:
        return failure(kind, what, self._where, remedy)


def decoded(content: bytes) -> str:
    """Text of a file in UTF-8, with or without its mark, or in CP1251."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def rows_of(text: str) -> list[list[str]]:
    """Rows of a CSV text, split at whichever separator gives its first line the most columns."""
    first = next((line for line in text.splitlines() if line.strip(";,\t \ufeff")), "")
    separator = max(SEPARATORS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))
    return list(csv.reader(io.StringIO(text), delimiter=separator))
