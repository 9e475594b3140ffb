"""Leads as the CRM shows them at a moment."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.agency.history import lead_state
from sandbox.agency.model import LOST_STAGE_ID, Lead, Snapshot, Tenant
from sandbox.apis.amocrm.fields import seconds
from sandbox.apis.amocrm.listing import Row
from sandbox.apis.amocrm.records import RecordJson, link, reference

LEAD_WITHS = frozenset(
    {"contacts", "catalog_elements", "loss_reason", "is_price_modified_by_robot", "source_id", "source"}
)
FIRST_TAG_ID = 3101


class LeadJson:
    """Renders the leads of one account."""

    def __init__(self, records: RecordJson, tenant: Tenant, snapshot: Snapshot) -> None:
        self._records = records
        self._tenant = tenant
        self._born = seconds(tenant.born_at)
        self._reasons = {
            reason_id: (name, 10_000 + 1_000 * index)
            for index, (reason_id, name) in enumerate(tenant.loss_reasons)
        }
        names = sorted({tag for lead in tenant.leads for tag in lead.tags})
        self.tags = {name: FIRST_TAG_ID + index for index, name in enumerate(names)}
        self._next_task: dict[int, int] = {}
        for task in snapshot.tasks:
            if task.completed_at is None or task.completed_at > snapshot.now:
                due = seconds(task.complete_till)
                self._next_task[task.lead_id] = min(due, self._next_task.get(task.lead_id, due))

    def row(self, lead: Lead) -> Row:
        state = lead_state(lead, self._records.now)
        facts = {
            "name": lead.name,
            "price": state.price,
            "pipeline_id": state.pipeline_id,
            "status_id": state.stage_id,
            "created_by": lead.created_by,
            "updated_by": state.updated_by,
            "responsible_user_id": state.owner_id,
            "closed_at": seconds(state.closed_at) if state.closed_at else None,
            "closest_task_at": self._next_task.get(lead.lead_id),
        }
        return Row(
            lead.lead_id,
            seconds(lead.created_at),
            seconds(state.updated_at),
            facts,
            partial(self._lead, lead, facts, seconds(state.updated_at)),
            partial(self._records.values.comparable, lead.fields),
        )

    def bin_row(self, lead: Lead) -> Row:
        """A row of the recycle bin: the keys stay, nearly all values are gone."""
        deleted = seconds(lead.deleted_at) if lead.deleted_at else 0
        state = lead_state(lead, self._records.now)
        facts = {"updated_by": state.updated_by}
        return Row(
            lead.lead_id,
            seconds(lead.created_at),
            deleted,
            facts,
            lambda _: self._stripped(lead.lead_id, deleted, state.updated_by),
        )

    def loss_reason(self, reason_id: int) -> dict[str, Any]:
        name, sort = self._reasons[reason_id]
        return {
            "id": reason_id,
            "name": name,
            "sort": sort,
            "created_at": self._born,
            "updated_at": self._born,
        }

    def loss_reason_row(self, reason_id: int, _: frozenset[str]) -> dict[str, Any]:
        return {
            **self.loss_reason(reason_id),
            "_links": link(self._records.base, "leads/loss_reasons", reason_id),
        }

    def _stripped(self, lead_id: int, deleted: int, updated_by: int) -> dict[str, Any]:
        empty = dict.fromkeys(
            (
                "name",
                "price",
                "responsible_user_id",
                "group_id",
                "status_id",
                "pipeline_id",
                "loss_reason_id",
                "created_by",
            )
        )
        return {
            "id": lead_id,
            **empty,
            "updated_by": updated_by,
            "created_at": None,
            "updated_at": deleted,
            "closed_at": None,
            "closest_task_at": None,
            "is_deleted": True,
            "custom_fields_values": None,
            "score": None,
            "account_id": self._tenant.account_number,
            "_links": link(self._records.base, "leads", lead_id),
            "_embedded": {"tags": [], "companies": []},
        }

    def _lead(
        self, lead: Lead, facts: dict[str, Any], updated_at: int, withs: frozenset[str]
    ) -> dict[str, Any]:
        base = self._records.base
        is_lost = facts["status_id"] == LOST_STAGE_ID
        reason = lead.loss_reason_id if is_lost else None
        owner: int = facts["responsible_user_id"]
        companies = [] if lead.company_id is None else [reference(base, "companies", lead.company_id)]
        embedded: dict[str, Any] = {
            "tags": [{"id": self.tags[name], "name": name, "color": None} for name in lead.tags],
            "companies": companies,
        }
        if "contacts" in withs:
            embedded["contacts"] = [
                reference(base, "contacts", contact_id, is_main=index == 0)
                for index, contact_id in enumerate(lead.contact_ids)
            ]
        if "loss_reason" in withs:
            embedded["loss_reason"] = [self.loss_reason(reason)] if reason in self._reasons else []
        if "catalog_elements" in withs:
            embedded["catalog_elements"] = []
        data: dict[str, Any] = {
            "id": lead.lead_id,
            "name": lead.name,
            "price": facts["price"],
            "responsible_user_id": owner,
            "group_id": self._records.group_of(owner),
            "status_id": facts["status_id"],
            "pipeline_id": facts["pipeline_id"],
            "loss_reason_id": reason,
            "created_by": lead.created_by,
            "updated_by": facts["updated_by"],
            "created_at": seconds(lead.created_at),
            "updated_at": updated_at,
            "closed_at": facts["closed_at"],
            "closest_task_at": facts["closest_task_at"],
            "is_deleted": False,
            "custom_fields_values": self._records.values.entries(lead.fields),
            "score": None,
            "account_id": self._tenant.account_number,
            "labor_cost": None,
            "_links": link(base, "leads", lead.lead_id),
            "_embedded": embedded,
        }
        if "source_id" in withs or "source" in withs:
            data["source_id"] = None
        if "is_price_modified_by_robot" in withs:
            data["is_price_modified_by_robot"] = False
        return data
