"""What checking rows of all providers has in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from voronka.connectors.base import Record, Rejection

REPORT = "report it with the payload from ops.quarantine: the API has something new."


class Unusable(Exception):
    """Why a row is rejected: a short machine name, the reason in words, and what to do."""

    def __init__(self, code: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.remedy = remedy

    def rejection(self, row: Any, source_id: str | None, named: str = "") -> Rejection:
        """The row, kept with its reason; ``named`` says which one it is."""
        return Rejection(
            self.code, f"{named}: {self.reason}." if named else f"{self.reason}.", self.remedy, row, source_id
        )


def usable_id(row: Any, key: str = "id") -> str | None:
    """The row's id as text; None when the row has none that can be a key."""
    value = row.get(key) if isinstance(row, dict) else None
    if isinstance(value, bool) or not isinstance(value, (int, str)) or value == "":
        return None
    return str(value)


def require_object(row: Any, what: str) -> dict[str, Any]:
    """The row, when it is an object.

    Raises:
        Unusable: it is none.
    """
    if not isinstance(row, dict):
        raise Unusable("not_an_object", f"{what} is {kind_of(row)}, not an object", REPORT)
    return row


def require_id(row: dict[str, Any], what: str, key: str = "id") -> str:
    """The row's id as text.

    Raises:
        Unusable: it has none that can be a key.
    """
    source_id = usable_id(row, key)
    if source_id is None:
        raise Unusable("missing_id", f"{what} has no usable {key}: {row.get(key)!r}", REPORT)
    return source_id


def listed(
    row: Any, what: str, read_at: datetime, *, key: str = "id", prefix: str = ""
) -> Record | Rejection:
    """A record of a list without times of change: it counts as of the moment it was read."""
    try:
        return Record(prefix + require_id(require_object(row, what), what, key), read_at, row)
    except Unusable as error:
        return error.rejection(row, None)


def kind_of(value: Any) -> str:
    """What a JSON value is, in a word."""
    return "null" if value is None else type(value).__name__
