"""Call detail records out of a folder of CSV files, the rotated ones too."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, cast

from voronka.connectors.http import Where, failure
from voronka.domain.errors import ShapeChanged, SourceUnavailable
from voronka.domain.windows import Window

COLUMNS = (
    "accountcode",
    "src",
    "dst",
    "dcontext",
    "clid",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
    "uniqueid",
    "userfield",
)
"""The order in which cdr_csv writes; the last two are there only where its settings say so."""
NEEDED = 16
_NUMBERS = ("duration", "billsec", "sequence")


@dataclass(frozen=True, slots=True)
class CdrFiles:
    """Files of ``folder`` that match ``pattern``, whose rows hold ``columns`` in this order."""

    folder: Path
    pattern: str
    columns: Sequence[str] = COLUMNS

    def rows(self, window: Window, where: Where) -> Iterator[Any]:
        """All rows of files written since the window began. A row of another width stays a list, to be rejected.

        A row that is being written at this moment, the last one without its line's end, is left for the next time.

        Raises:
            ShapeChanged: there is no such folder, or no such file in it.
            SourceUnavailable: a file cannot be read.
        """
        for path in self._paths(where):
            try:
                if path.stat().st_mtime >= window.start.timestamp():
                    yield from self._rows_of(path)
            except (OSError, EOFError) as error:
                reason = f"{path} cannot be read ({getattr(error, 'strerror', None) or error})"
                raise failure(SourceUnavailable, reason, where, "give us the right to read it.") from None

    def describe(self, where: Where) -> str:
        """What was found, in words; the errors of :meth:`rows`."""
        return f"{len(self._paths(where))} files in {self.folder}"

    def _paths(self, where: Where) -> list[Path]:
        paths = sorted(path for path in self.folder.glob(self.pattern) if path.is_file())
        if not paths:
            raise failure(
                ShapeChanged,
                f"there is no file {self.pattern} in {self.folder}",
                where,
                "mount or copy the exchange's cdr-csv folder there, or set options.folder and options.pattern.",
            )
        return paths

    def _rows_of(self, path: Path) -> Iterator[Any]:
        least = NEEDED if self.columns == COLUMNS else len(self.columns)
        with _opened(path) as lines:
            for values in csv.reader(line for line in lines if line.endswith("\n")):
                # some versions end a row with a comma
                trimmed = values[:-1] if len(values) == len(self.columns) + 1 and not values[-1] else values
                if least <= len(trimmed) <= len(self.columns):
                    row = zip(self.columns, trimmed, strict=False)
                    yield {name: _number(value) if name in _NUMBERS else value for name, value in row}
                elif values:
                    yield values


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return cast(TextIO, gzip.open(path, "rt", encoding="utf-8", errors="replace", newline=""))
    return path.open(encoding="utf-8", errors="replace", newline="")


def _number(text: str) -> int | str:
    return int(text) if text.lstrip("-").isdecimal() else text
