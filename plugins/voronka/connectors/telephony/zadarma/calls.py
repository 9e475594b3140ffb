"""A row of Zadarma's statistics (one leg of a call) → a record, or the reason why it cannot be taken."""

from __future__ import annotations

from datetime import timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from voronka.connectors.base import Record, Rejection
from voronka.connectors.rows import Unusable, require_id, require_object, usable_id
from voronka.connectors.telephony.zones import to_utc

_LOOK = "look at the call in the cabinet's statistics; if it is right there, report it to the provider."


def parse_leg(row: Any, zone: tzinfo) -> Record | Rejection:
    """A record whose time is the start of the leg, UTC. Its id is ``call_id``, which every leg has of its own."""
    try:
        source_id = require_id(require_object(row, "a leg"), "a leg", "call_id")
        try:
            started_at = to_utc(str(row.get("callstart")), zone)
        except ValueError:
            raise Unusable(
                "bad_start_time",
                f"callstart is {row.get('callstart')!r}, expected YYYY-MM-DD hh:mm:ss",
                _LOOK,
            ) from None
        if not isinstance(row.get("disposition"), str) or not row["disposition"]:
            raise Unusable("missing_disposition", f"disposition is {row.get('disposition')!r}", _LOOK)
        _require_seconds(row.get("seconds"))
    except Unusable as error:
        number = usable_id(row, "call_id")
        return error.rejection(row, number, f"leg {number}" if number else "")
    return Record(source_id, started_at, row)


def _require_seconds(value: Any) -> None:
    try:
        seconds = int(str(value))
    except ValueError:
        raise Unusable("bad_duration", f"seconds is {value!r}, expected a whole number", _LOOK) from None
    if seconds < 0:
        raise Unusable("negative_duration", f"seconds is {value}, a negative duration", _LOOK)


def zone_named(name: str) -> tzinfo | None:
    """The zone behind ``Europe/Moscow`` or ``UTC+3``, ``UTC+5:30``; None when it is neither."""
    text = name.strip()
    if text.upper().startswith(("UTC", "GMT")):
        sign, rest = text[3:4], text[4:]
        hours, _, minutes = rest.partition(":")
        if not text[3:]:
            return timezone(timedelta())
        if sign in ("+", "-") and hours.isdigit() and (minutes or "0").isdigit():
            span = timedelta(hours=int(hours), minutes=int(minutes or 0))
            return timezone(span if sign == "+" else -span) if span < timedelta(hours=24) else None
        return None
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return None
