"""Events: string ids, singular entity types, newest first."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.agency.history import CrmEvent
from sandbox.apis.amocrm.fields import seconds
from sandbox.apis.amocrm.listing import Row
from sandbox.apis.amocrm.records import RecordJson, reference

EVENT_FILTERS = frozenset({"id", "created_at", "created_by", "entity", "entity_id", "type"})
PLURALS = {
    "lead": "leads",
    "contact": "contacts",
    "company": "companies",
    "customer": "customers",
    "task": "tasks",
}
EVENT_TYPES = (
    "lead_added",
    "lead_deleted",
    "lead_restored",
    "lead_status_changed",
    "contact_added",
    "contact_deleted",
    "company_added",
    "company_deleted",
    "task_added",
    "task_completed",
    "incoming_call",
    "outgoing_call",
    "entity_tag_added",
    "entity_tag_deleted",
    "sale_field_changed",
    "entity_responsible_changed",
    "transaction_added",
    "entity_linked",
    "entity_unlinked",
    "common_note_added",
    "entity_merged",
)


def event_types(language: str) -> list[dict[str, Any]]:
    return [
        {"key": key, "type": number, "lang": f"{language}:{key}"} for number, key in enumerate(EVENT_TYPES, 1)
    ]


def _event_json(records: RecordJson, event: CrmEvent, _: frozenset[str]) -> dict[str, Any]:
    kind = PLURALS.get(event.entity_type, event.entity_type)
    return {
        "id": event.id,
        "type": event.type,
        "entity_id": event.entity_id,
        "entity_type": event.entity_type,
        "created_by": event.created_by,
        "created_at": seconds(event.created_at),
        "value_after": event.after,
        "value_before": event.before,
        "account_id": records.account,
        "_links": {"self": {"href": f"{records.base}/events/{event.id}"}},
        "_embedded": {"entity": reference(records.base, kind, event.entity_id)},
    }


def event_row(records: RecordJson, event: CrmEvent) -> Row:
    created = seconds(event.created_at)
    facts = {
        "type": event.type,
        "entity": event.entity_type,
        "entity_id": event.entity_id,
        "created_by": event.created_by,
    }
    return Row(event.id, created, created, facts, partial(_event_json, records, event))
