"""Rows of call detail records → records. A row is one leg: one channel that was rung or bridged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from voronka.connectors.base import Record, Rejection
from voronka.connectors.rows import Unusable, require_object
from voronka.connectors.telephony.zones import FORMAT, to_utc

NAMING = ("channel", "dstchannel", "src", "dst", "lastapp")
"""What tells legs of one call apart that have no sequence; channels carry a number of their own."""
_LOOK = "look at the row on the exchange; for CSV compare options.columns with the order in its cdr settings."


@dataclass(frozen=True, slots=True)
class Reading:
    """How rows are read.

    Attributes:
        zone: in which the exchange writes its times.
        recordings: the folder on the exchange under which recordings lie by year, month and day.
    """

    zone: ZoneInfo
    recordings: str


def parse_row(row: Any, reading: Reading) -> Record | Rejection:
    """A record named ``<unique id>:<sequence>``, else ``<unique id>:<hash of its channels and parties>``; its time is
    the start, UTC. The payload is the row, with the recording's path beside it where there is a recording."""
    identity: str | None = None
    try:
        if isinstance(row, list):
            raise Unusable(
                "wrong_width", f"a row has {len(row)} columns, which are not those expected", _LOOK
            )
        row = require_object(row, "a call detail record")
        local = row.get("calldate") or row.get("start")
        identity = _identity(row, local)
        try:
            started = to_utc(str(local), reading.zone)
        except ValueError:
            raise Unusable(
                "bad_start_time", f"its start is {local!r}, expected YYYY-MM-DD hh:mm:ss", _LOOK
            ) from None
        for name in ("duration", "billsec"):
            _require_seconds(name, row.get(name))
        if not isinstance(row.get("disposition"), str) or not row["disposition"]:
            raise Unusable(
                "missing_disposition", f"disposition is {row.get('disposition')!r}, expected a word", _LOOK
            )
    except Unusable as error:
        return error.rejection(row, identity, f"call detail record {identity}" if identity else "")
    file = row.get("recordingfile")
    if file:
        row = {**row, "recording_path": _path(str(file), str(local), reading.recordings)}
    return Record(identity, started, row)


def _identity(row: dict[str, Any], local: Any) -> str:
    unique, sequence = row.get("uniqueid"), row.get("sequence")
    if unique and sequence is not None:
        return f"{unique}:{sequence}"
    named = "\x1f".join(str(part) for part in (local, *(row.get(name) for name in NAMING)))
    return f"{unique or 'row'}:{hashlib.sha256(named.encode()).hexdigest()[:16]}"


def _require_seconds(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unusable("bad_duration", f"{name} is {value!r}, expected whole seconds", _LOOK)
    if value < 0:
        raise Unusable("negative_duration", f"{name} is {value}, a negative duration", _LOOK)


def _path(file: str, local: str, folder: str) -> str:
    """FreePBX keeps a recording's name alone, and the file under the day on which the call began."""
    if file.startswith("/"):
        return file
    day = datetime.strptime(local[:10], FORMAT[:8])  # noqa: DTZ007 -- only the date's parts are used
    return str(PurePosixPath(folder, f"{day:%Y/%m/%d}", file))


def local_bounds(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Local times from and before which a table is asked, a day wider than the window, as clocks are set back."""
    day = timedelta(days=1)
    first, last = (moment.astimezone(zone).replace(tzinfo=None) for moment in (start - day, end + day))
    return first, last


def as_json(value: Any, zone: ZoneInfo) -> Any:
    """A database's value as JSON has it; times as the exchange writes them, in its zone."""
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).strftime(FORMAT)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value if value is None or isinstance(value, (str, int)) else str(value)
