"""Calls of the history, JSON or the older CSV → records. Times are UTC."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

from voronka.connectors.base import Record, Rejection
from voronka.connectors.rows import Unusable, require_id, require_object, usable_id

OLD_COLUMNS = ("UID", "type", "client", "account", "via", "start", "wait", "duration", "record")
"""Columns of the older API's text, which has no header."""
_NEW_NAMES = {"UID": "uid", "account": "user", "via": "diversion"}
COMPACT = "%Y%m%dT%H%M%SZ"
DURATIONS = ("wait", "duration")
DIRECTIONS = ("in", "out", "missed")
_LOOK = "look at the call in the cabinet; if it is right there, report it to the provider."


def parse_call(row: Any) -> Record | Rejection:
    """A record whose time is the call's start, UTC."""
    try:
        source_id = require_id(require_object(row, "a call"), "a call", "uid")
        started = _start(row.get("start"))
        if row.get("type") not in DIRECTIONS:
            raise Unusable(
                "unknown_direction", f"type is {row.get('type')!r}, expected in, out or missed", _LOOK
            )
        for name in DURATIONS:
            _require_duration(name, row.get(name))
    except Unusable as error:
        number = usable_id(row, "uid")
        return error.rejection(row, number, f"call {number}" if number else "")
    return Record(source_id, started, row)


def rows_of_csv(text: str) -> list[Any]:
    """Rows of the older API under the names of the newer one; a row of another width stays a list, to be rejected."""
    rows: list[Any] = []
    for values in csv.reader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ","):
        if not values or values[0] == OLD_COLUMNS[0]:
            continue
        if len(values) != len(OLD_COLUMNS):
            rows.append(values)
            continue
        named = {
            _NEW_NAMES.get(name, name): value or None for name, value in zip(OLD_COLUMNS, values, strict=True)
        }
        rows.append({**named, **{name: _number(named[name]) for name in DURATIONS}})
    return rows


def moment_of(text: str) -> datetime:
    """A time in ISO 8601 with zone or as ``YYYYMMDDTHHMMSSZ``, aware UTC.

    Raises:
        ValueError: it is neither.
    """
    try:
        return datetime.strptime(text, COMPACT).replace(tzinfo=UTC)
    except ValueError:
        moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no zone")
    return moment.astimezone(UTC)


def _start(value: Any) -> datetime:
    try:
        return moment_of(str(value))
    except ValueError:
        raise Unusable(
            "bad_start_time", f"start is {value!r}, expected a UTC time such as 2026-01-01T08:30:00Z", _LOOK
        ) from None


def _number(text: str | None) -> int | str | None:
    return int(text) if text is not None and text.lstrip("-").isdigit() else text


def _require_duration(name: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Unusable("bad_duration", f"{name} is {value!r}, expected seconds", _LOOK)
    if value < 0:
        raise Unusable("negative_duration", f"{name} is {value}, a negative duration", _LOOK)
