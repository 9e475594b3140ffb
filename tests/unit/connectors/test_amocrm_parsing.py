"""Rows of amoCRM: what is taken, what is rejected and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from voronka.connectors.base import Deletion, Record, Rejection
from voronka.connectors.crm.amocrm.listings import ENTITIES, Listing
from voronka.connectors.crm.amocrm.parsing import FIELD_TYPES, parse, parse_deleted

READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
LEAD: dict[str, Any] = {
    "id": 25600101,
    "pipeline_id": 5200001,
    "status_id": 143,
    "updated_at": 1767513600,
    "custom_fields_values": None,
}
STAGE = [{"lead_status": {"id": 143, "pipeline_id": 5200001}}]
EVENT: dict[str, Any] = {
    "id": "01kdxq3k9s2h7v5m0c8r4b6t1w",
    "type": "lead_status_changed",
    "created_at": 1767513600,
    "value_after": STAGE,
    "value_before": STAGE,
}


def listing(entity: str, parent: str = "") -> Listing:
    return next(item for item in ENTITIES[entity].listings if item.prefix == parent)


def test_lead_is_taken_unchanged() -> None:
    record = parse(listing("leads"), LEAD, READ_AT)
    assert record == Record("25600101", datetime(2026, 1, 4, 8, tzinfo=UTC), LEAD)
    assert isinstance(record, Record)
    assert record.payload is LEAD


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("text", "not_an_object"),
        (None, "not_an_object"),
        ({**LEAD, "id": None}, "missing_id"),
        ({**LEAD, "id": True}, "missing_id"),
        ({**LEAD, "updated_at": None}, "missing_updated_at"),
        ({**LEAD, "updated_at": "1767513600"}, "bad_updated_at"),
        ({**LEAD, "updated_at": 1767513600_000}, "bad_updated_at"),
        ({**LEAD, "pipeline_id": None}, "missing_pipeline"),
        ({**LEAD, "status_id": "143"}, "missing_status"),
        ({**LEAD, "custom_fields_values": {"a": 1}}, "bad_custom_fields"),
        ({**LEAD, "custom_fields_values": [{"field_type": "text"}]}, "bad_custom_fields"),
        ({**LEAD, "custom_fields_values": [{"field_id": 1, "field_type": "hologram"}]}, "unknown_field_type"),
    ],
)
def test_broken_lead_is_rejected_with_reason_and_remedy(row: Any, code: str) -> None:
    rejection = parse(listing("leads"), row, READ_AT)
    assert isinstance(rejection, Rejection)
    assert rejection.code == code
    assert rejection.payload is row
    assert rejection.reason.endswith(".")
    assert rejection.remedy
    if isinstance(row, dict) and row["id"] == LEAD["id"]:
        assert rejection.source_id == "25600101"
        assert "25600101" in rejection.reason


def test_every_documented_field_type_is_taken() -> None:
    assert len(FIELD_TYPES) == 26
    values = [{"field_id": n, "field_type": kind, "values": []} for n, kind in enumerate(sorted(FIELD_TYPES))]
    assert isinstance(parse(listing("leads"), {**LEAD, "custom_fields_values": values}, READ_AT), Record)
    assert isinstance(parse(listing("leads"), {**LEAD, "custom_fields_values": []}, READ_AT), Record)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": None}, "missing_type"),
        ({"created_at": None}, "missing_created_at"),
        ({"value_after": "142"}, "bad_event_value"),
        ({"value_before": [1]}, "bad_event_value"),
        ({"value_after": []}, "bad_event_value"),
        ({"value_after": [{"lead_status": {"id": 143}}]}, "bad_event_value"),
    ],
)
def test_broken_event_is_rejected(change: dict[str, Any], code: str) -> None:
    rejection = parse(listing("events"), {**EVENT, **change}, READ_AT)
    assert isinstance(rejection, Rejection)
    assert rejection.code == code


def test_event_has_a_text_id_and_its_own_time() -> None:
    record = parse(listing("events"), EVENT, READ_AT)
    assert isinstance(record, Record)
    assert (record.source_id, record.updated_at) == (EVENT["id"], datetime(2026, 1, 4, 8, tzinfo=UTC))
    deleted = {**EVENT, "type": "lead_deleted", "value_after": [], "value_before": []}
    assert isinstance(parse(listing("events"), deleted, READ_AT), Record)


def test_ids_that_are_only_unique_in_their_parent_carry_it() -> None:
    note = {"id": 7, "updated_at": 1767513600}
    assert parse(listing("notes", "contacts"), note, READ_AT).source_id == "contacts:7"
    assert parse(listing("tags", "leads"), {"id": 3101, "name": "сайт"}, READ_AT) == Record(
        "leads:3101", READ_AT, {"id": 3101, "name": "сайт"}
    )


def test_recycle_bin() -> None:
    row = {"id": 1, "updated_at": 1767513600, "is_deleted": True, "name": None}
    assert parse_deleted(listing("leads"), row) == Deletion(
        "1", datetime(2026, 1, 4, 8, tzinfo=UTC), "bin", row
    )
    assert parse_deleted(listing("leads"), {**row, "is_deleted": False}) is None, "the option was ignored"
    assert isinstance(parse_deleted(listing("leads"), {**row, "updated_at": None}), Rejection)
