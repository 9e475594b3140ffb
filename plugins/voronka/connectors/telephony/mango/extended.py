"""Contexts of the extended statistics, one per call with its legs inside → records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from voronka.connectors.base import Record, Rejection
from voronka.connectors.rows import Unusable, require_id, require_object, usable_id

DURATIONS = ("duration", "talk_duration")
_LOOK = "look at the call in the cabinet; if it is right there, report it to the provider."


def parse_context(row: Any, offset_hours: int) -> Record | Rejection:
    """A record whose time is the call's start, UTC; the offset in force is kept in it."""
    try:
        source_id = require_id(require_object(row, "a call"), "a call", "entry_id")
        started = row.get("context_start_time")
        if isinstance(started, bool) or not isinstance(started, int) or started <= 0:
            raise Unusable(
                "bad_start_time", f"context_start_time is {started!r}, expected Unix seconds", _LOOK
            )
        for name in DURATIONS:
            value = row.get(name)
            if isinstance(value, (int, float)) and value < 0:
                raise Unusable("negative_duration", f"{name} is {value}, a negative duration", _LOOK)
        if not isinstance(row.get("context_calls") or [], list):
            raise Unusable("bad_legs", "context_calls is no list", _LOOK)
    except Unusable as error:
        number = usable_id(row, "entry_id")
        return error.rejection(row, number, f"call {number}" if number else "")
    moment = datetime.fromtimestamp(started, UTC) - timedelta(hours=offset_hours)
    return Record(source_id, moment, {**row, "time_offset_hours": offset_hours})


def contexts(body: dict[str, Any]) -> list[Any] | None:
    """The calls of an answer, one list out of its groups; None when it is not of the known shape."""
    groups = body.get("data")
    if not isinstance(groups, list):
        return None
    found: list[Any] = []
    for group in groups:
        rows = group.get("list") if isinstance(group, dict) else None
        if not isinstance(rows, list):
            return None
        found += rows
    return found
