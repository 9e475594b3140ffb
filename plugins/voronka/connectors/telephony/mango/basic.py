"""Rows of the basic statistics, one per leg → records.

The text has neither header nor quotes: the columns are those that were asked for. Stamps are Unix seconds, of UTC or, as
some accounts are said to have it, three hours ahead; the offset in force is kept in the record, so that models need not know
the settings.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime, timedelta

from voronka.connectors.base import Record, Rejection
from voronka.connectors.rows import Unusable

FIELDS = (
    "records", "start", "finish", "answer", "from_extension", "from_number", "to_extension", "to_number",
    "disconnect_reason", "line_number", "location", "entry_id",
)  # fmt: skip
"""``entry_id`` does not come unasked, and nothing else tells which legs are one call."""
_STAMPS = ("start", "finish", "answer")
_NAMING = ("start", "from_extension", "from_number", "to_extension", "to_number", "line_number")
_LOOK = "look at the call in the cabinet; if it is right there, report it to the provider."


class LegReader:
    """Reads the lines of one report.

    Args:
        offset_hours: by how much the stamps run ahead of UTC.
    """

    def __init__(self, offset_hours: int) -> None:
        self._offset = offset_hours
        self._met = Counter[str]()

    def read(self, line: str) -> Record | Rejection:
        """A record named by its call and what does not change later; two equal legs get numbers.

        Its time is the leg's start, UTC. Values stay text; ``records`` is a list of recordings.
        """
        values = line.rstrip("\r").split(";")
        row = dict(zip(FIELDS, values, strict=False))
        try:
            if len(values) != len(FIELDS):
                raise Unusable(
                    "bad_columns", f"{len(values)} columns came, expected {len(FIELDS)}: {line!r}", _LOOK
                )
            if not row["entry_id"]:
                raise Unusable("missing_id", f"the leg has no entry_id: {line!r}", _LOOK)
            stamps = {name: _stamp(name, row[name]) for name in _STAMPS}
            started = stamps["start"]
            if not started:
                raise Unusable("bad_start_time", f"start is {row['start']!r}, expected Unix seconds", _LOOK)
            for name in ("finish", "answer"):
                moment = stamps[name]
                if moment and moment < started:
                    raise Unusable(
                        "negative_duration", f"{name} is {started - moment} s before the start", _LOOK
                    )
        except Unusable as error:
            entry = row.get("entry_id")
            return error.rejection(row, entry or None, f"a leg of call {entry}" if entry else "a leg")
        payload = {**row, "records": recordings(row["records"]), "time_offset_hours": self._offset}
        moment_utc = datetime.fromtimestamp(started, UTC) - timedelta(hours=self._offset)
        return Record(self._name(row), moment_utc, payload)

    def _name(self, row: dict[str, str]) -> str:
        text = ";".join(row[field] for field in _NAMING)
        name = f"{row['entry_id']}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"
        self._met[name] += 1
        return name if self._met[name] == 1 else f"{name}:{self._met[name]}"


def recordings(text: str) -> list[str]:
    """``[id1,id2]``, with or without brackets, as a list."""
    return [part for part in text.strip().removeprefix("[").removesuffix("]").split(",") if part]


def _stamp(name: str, text: str) -> int | None:
    """Unix seconds; None when empty or 0, which both stand for never."""
    if text in ("", "0"):
        return None
    if not text.isascii() or not text.isdigit():
        raise Unusable("bad_time", f"{name} is {text!r}, expected Unix seconds", _LOOK)
    return int(text)
