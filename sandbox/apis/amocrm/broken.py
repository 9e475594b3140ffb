"""Malformed extra records of the CRM, on demand. Their ids are far above the simulation's, its truth stays true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.agency.model import Tenant
from sandbox.apis.amocrm.fields import seconds
from sandbox.apis.amocrm.listing import Row
from sandbox.state import Sandbox

NO_PIPELINE_LEAD = 999_000_001
ODD_FIELD_LEAD = 999_000_003
ODD_FIELD = 999_000_004
EVENT_ENTITY = 999_000_005
EVENT_ID = "01zzbroken0000000000000001"
ODD_TYPE = "hologram"
AGE = timedelta(hours=1)


def _lead(sandbox: Sandbox, tenant: Tenant, base: str, lead_id: int | None) -> dict[str, Any]:
    moment = seconds(sandbox.now - AGE)
    pipeline = tenant.pipelines[0]
    stage = next(stage for stage in pipeline.stages if stage.kind == "open")
    data: dict[str, Any] = {
        "id": lead_id,
        "name": "Битая запись",
        "price": 0,
        "responsible_user_id": tenant.users[0].user_id,
        "group_id": tenant.users[0].group_id,
        "status_id": stage.stage_id,
        "pipeline_id": pipeline.pipeline_id,
        "loss_reason_id": None,
        "created_by": 0,
        "updated_by": 0,
        "created_at": moment,
        "updated_at": moment,
        "closed_at": None,
        "closest_task_at": None,
        "is_deleted": False,
        "custom_fields_values": None,
        "score": None,
        "account_id": tenant.account_number,
        "labor_cost": None,
        "_links": {"self": {"href": f"{base}/leads/{lead_id}"}},
        "_embedded": {"tags": [], "companies": [], "contacts": []},
    }
    return data


def _row(row_id: int | str, data: dict[str, Any], moment: int) -> Row:
    return Row(row_id, moment, moment, dict(data), lambda _: data)


def _leads(sandbox: Sandbox, tenant: Tenant, base: str) -> list[Row]:
    moment = seconds(sandbox.now - AGE)
    rows = []
    if sandbox.breaks(tenant.slug, "lead_without_pipeline"):
        lead = {**_lead(sandbox, tenant, base, NO_PIPELINE_LEAD), "pipeline_id": None}
        rows.append(_row(NO_PIPELINE_LEAD, lead, moment))
    if sandbox.breaks(tenant.slug, "lead_without_id"):
        lead = _lead(sandbox, tenant, base, None)
        del lead["id"]
        rows.append(_row(NO_PIPELINE_LEAD + 1, lead, moment))
    if sandbox.breaks(tenant.slug, "unknown_field_type"):
        value = {
            "field_id": ODD_FIELD,
            "field_name": "Голограмма",
            "field_code": None,
            "field_type": ODD_TYPE,
            "values": [{"beam": "violet"}],
        }
        lead = {**_lead(sandbox, tenant, base, ODD_FIELD_LEAD), "custom_fields_values": [value]}
        rows.append(_row(ODD_FIELD_LEAD, lead, moment))
    return rows


def _events(sandbox: Sandbox, tenant: Tenant, base: str) -> list[Row]:
    if not sandbox.breaks(tenant.slug, "malformed_event"):
        return []
    moment = seconds(sandbox.now - AGE)
    event = {
        "id": EVENT_ID,
        "type": "lead_status_changed",
        "entity_id": EVENT_ENTITY,
        "entity_type": "lead",
        "created_by": 0,
        "created_at": moment,
        "value_after": "142",
        "value_before": [{"lead_status": "?"}],
        "account_id": tenant.account_number,
        "_links": {"self": {"href": f"{base}/events/{EVENT_ID}"}},
        "_embedded": {"entity": {"id": EVENT_ENTITY}},
    }
    row = _row(EVENT_ID, event, moment)
    row.facts["entity"] = "lead"
    return [row]


def rows(sandbox: Sandbox, tenant: Tenant, base: str, entity: str) -> list[Row]:
    """The malformed rows that were ordered for this collection."""
    if entity == "leads":
        return _leads(sandbox, tenant, base)
    if entity == "events":
        return _events(sandbox, tenant, base)
    return []
