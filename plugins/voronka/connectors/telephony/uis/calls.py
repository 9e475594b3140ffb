"""A call session of UIS → a record, or the reason why it cannot be taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from voronka.connectors.base import Record, Rejection
from voronka.connectors.rows import Unusable, require_id, require_object, usable_id
from voronka.connectors.telephony.zones import to_utc

FIELDS = (
    "id", "communication_id", "start_time", "finish_time", "direction", "is_lost", "finish_reason", "source",
    "contact_phone_number", "virtual_phone_number", "wait_duration", "total_wait_duration", "talk_duration",
    "clean_talk_duration", "total_duration", "call_records", "employees", "last_answered_employee_id",
    "site_domain_name", "campaign_name", "utm_source", "utm_medium", "utm_campaign", "ym_client_id", "yclid", "gclid",
    "tags",
)  # fmt: skip
"""Everything that the models read; most of it only comes when it is named."""
DURATIONS = ("wait_duration", "total_wait_duration", "talk_duration", "clean_talk_duration", "total_duration")
DIRECTIONS = ("in", "out")
_LOOK = "look at the call in the cabinet; if it is right there, report it to the provider."


def parse_call(row: Any, zone: ZoneInfo) -> Record | Rejection:
    """A record whose time is the call's start, UTC."""
    try:
        source_id = require_id(require_object(row, "a call"), "a call")
        started_at = _start(row, zone)
        if row.get("direction") not in DIRECTIONS:
            raise Unusable(
                "unknown_direction", f"direction is {row.get('direction')!r}, expected in or out", _LOOK
            )
        for name in DURATIONS:
            _require_duration(name, row.get(name))
    except Unusable as error:
        number = usable_id(row)
        return error.rejection(row, number, f"call {number}" if number else "")
    return Record(source_id, started_at, row)


def _start(row: dict[str, Any], zone: ZoneInfo) -> datetime:
    value = row.get("start_time")
    try:
        return to_utc(str(value), zone)
    except ValueError:
        raise Unusable(
            "bad_start_time", f"start_time is {value!r}, expected YYYY-MM-DD hh:mm:ss", _LOOK
        ) from None


def _require_duration(name: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Unusable("bad_duration", f"{name} is {value!r}, expected seconds", _LOOK)
    if value < 0:
        raise Unusable("negative_duration", f"{name} is {value}, a negative duration", _LOOK)
