"""A row of amoCRM → a record, or the reason why it cannot be taken.

One broken row never stops its page: it is rejected alone and keeps its payload, so that it can be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from voronka.connectors.base import Deletion, Record, Rejection
from voronka.connectors.crm.amocrm.listings import Listing
from voronka.connectors.rows import REPORT, Unusable, kind_of, require_id, require_object, usable_id

FIELD_TYPES = frozenset(
    {
        "text", "textarea", "streetaddress", "url", "tracking_data", "numeric", "price", "monetary", "checkbox",
        "date", "birthday", "date_time", "select", "radiobutton", "category", "multiselect", "multitext",
        "smart_address", "legal_entity", "items", "linked_entity", "chained_list", "file", "payer", "supplier",
        "org_legal_name",
    }
)  # fmt: skip
"""Types of custom fields whose values we know how to read."""
EARLIEST_STAMP, LATEST_STAMP = -62_135_596_800, 253_370_764_800
"""Years 1 to 9999 in Unix seconds: a larger number is no time in seconds (milliseconds, mostly)."""
_LOOK = "look at the record in amoCRM; once it is mended there, its next change brings it in."


def stamp_of(listing: Listing, row: Any) -> int | None:
    """The row's time in the list's ``time_field``, Unix seconds UTC; None when it has none that can be read."""
    value = row.get(listing.time_field) if isinstance(row, dict) and listing.time_field else None
    return value if _is_stamp(value) else None


def parse(listing: Listing, row: Any, read_at: datetime) -> Record | Rejection:
    """A record of the list.

    Args:
        read_at: stands in for the time of change of what has none (users, pipelines, tags …).
    """
    what = f"a row of {listing.path}"
    try:
        number = require_id(require_object(row, what), what, listing.id_key)
        updated_at = _time(listing, row, read_at)
        for check in (_fields_are_known, *_CHECKS.get(listing.key, ())):
            check(row)
    except Unusable as error:
        source_id = _source_id(listing, row)
        return error.rejection(row, source_id, f"{listing.key or 'account'} {source_id}" if source_id else "")
    return Record(f"{listing.prefix}:{number}" if listing.prefix else number, updated_at, row)


def parse_deleted(listing: Listing, row: Any) -> Deletion | Rejection | None:
    """A row of the recycle bin; None when it is not marked as deleted (a server that ignores the option)."""
    if isinstance(row, dict) and row.get("is_deleted") is not True:
        return None
    stamp = stamp_of(listing, row)
    source_id = _source_id(listing, row)
    if source_id is None or stamp is None:
        reason = f"a deleted row of {listing.path} has no usable id or {listing.time_field}."
        return Rejection("unreadable_deletion", reason, REPORT, row, source_id)
    return Deletion(source_id, datetime.fromtimestamp(stamp, UTC), "bin", row)


def _source_id(listing: Listing, row: Any) -> str | None:
    number = usable_id(row, listing.id_key)
    return f"{listing.prefix}:{number}" if number is not None and listing.prefix else number


def _is_stamp(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and EARLIEST_STAMP <= value < LATEST_STAMP


def _time(listing: Listing, row: Mapping[str, Any], read_at: datetime) -> datetime:
    if listing.time_field is None:
        value = row.get("updated_at")
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int) and _is_stamp(value) else read_at
    value = row.get(listing.time_field)
    if value is None:
        raise Unusable(f"missing_{listing.time_field}", f"{listing.time_field} is missing", _LOOK)
    if not _is_stamp(value):
        reason = f"{listing.time_field} is {value!r}, expected Unix seconds"
        raise Unusable(f"bad_{listing.time_field}", reason, _LOOK)
    return datetime.fromtimestamp(value, UTC)


def _fields_are_known(row: Mapping[str, Any]) -> None:
    fields = row.get("custom_fields_values")
    if fields is None:
        return
    if not isinstance(fields, list):
        raise Unusable(
            "bad_custom_fields", f"custom_fields_values is {kind_of(fields)}, expected a list or null", REPORT
        )
    for field in fields:
        if not isinstance(field, dict) or field.get("field_id") is None:
            raise Unusable("bad_custom_fields", "a custom field value has no field_id", REPORT)
        if field.get("field_type") not in FIELD_TYPES:
            raise Unusable(
                "unknown_field_type",
                f"custom field {field.get('field_id')} ({field.get('field_name')}) has the unknown type "
                f"{field.get('field_type')!r}",
                REPORT,
            )


def _lead_stands_somewhere(row: Mapping[str, Any]) -> None:
    for key, code in (("pipeline_id", "missing_pipeline"), ("status_id", "missing_status")):
        value = row.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unusable(code, f"{key} is {value!r}, expected a number", _LOOK)


def _event_has_type(row: Mapping[str, Any]) -> None:
    if not isinstance(row.get("type"), str) or not row["type"]:
        raise Unusable("missing_type", f"type is {row.get('type')!r}, expected a text", REPORT)


def _event_values_are_lists(row: Mapping[str, Any]) -> None:
    for side in ("value_before", "value_after"):
        values = [] if row.get(side) is None else row[side]
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise Unusable("bad_event_value", f"{side} is not a list of objects", REPORT)
        if row["type"] == "lead_status_changed" and not _has_stage(values):
            raise Unusable("bad_event_value", f"{side} of a stage change names no pipeline and stage", REPORT)


def _has_stage(values: list[dict[str, Any]]) -> bool:
    stage = values[0].get("lead_status") if values else None
    return (
        isinstance(stage, dict)
        and isinstance(stage.get("id"), int)
        and isinstance(stage.get("pipeline_id"), int)
    )


_CHECKS: dict[str, tuple[Callable[[Mapping[str, Any]], None], ...]] = {
    "leads": (_lead_stands_somewhere,),
    "events": (_event_has_type, _event_values_are_lists),
}
