"""One account as the CRM shows it at a moment: every collection, built when first asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.agency.history import events as tenant_events
from sandbox.agency.model import Tenant
from sandbox.apis.amocrm import broken, catalogs, people
from sandbox.apis.amocrm.events import EVENT_FILTERS, event_row
from sandbox.apis.amocrm.fields import FieldValues, definition_json, seconds
from sandbox.apis.amocrm.leads import LEAD_WITHS, LeadJson
from sandbox.apis.amocrm.listing import Listing, Row, plain_row
from sandbox.apis.amocrm.records import RecordJson, changed_at
from sandbox.state import Sandbox

EVENTS_MAX_LIMIT = 100
COMMON_FILTERS = frozenset(
    {
        "id",
        "name",
        "created_by",
        "updated_by",
        "responsible_user_id",
        "created_at",
        "updated_at",
        "closest_task_at",
    }
)
LEAD_FILTERS = COMMON_FILTERS | {"price", "statuses", "pipeline_id", "closed_at", "custom_fields_values"}
CUSTOM_FIELD_OWNERS = ("leads", "contacts", "companies", "customers")


class AccountView:
    """Collections of one account under one base address (``http://host/amocrm/<slug>/api/v4``)."""

    def __init__(self, sandbox: Sandbox, tenant: Tenant, base: str) -> None:
        self.sandbox = sandbox
        self.tenant = tenant
        self.base = base
        self.now = sandbox.now
        self.snapshot = sandbox.snapshot(tenant)
        self.values = FieldValues(tenant)
        self.json = RecordJson(base, tenant.account_number, self.values, tenant.users, self.now)
        self._leads = LeadJson(self.json, tenant, self.snapshot)
        self._listings: dict[str, Listing] = {}
        self._builders: dict[str, Callable[[], Listing]] = {
            "users": lambda: Listing(
                "users",
                people.user_rows(tenant, base, self.now),
                relevant_withs=frozenset({"role", "group"}),
                has_total=True,
            ),
            "roles": lambda: Listing(
                "roles", people.role_rows(tenant, base), relevant_withs=frozenset({"users"}), has_total=True
            ),
            "leads/loss_reasons": self._loss_reasons,
            "leads": self._lead_listing,
            "leads/bin": self._bin_listing,
            "contacts": self._contacts,
            "companies": self._companies,
            "customers": self._customers,
            "customers/transactions": self._transactions,
            "tasks": self._tasks,
            "events": self._events,
        }
        self._builders |= catalogs.builders(tenant, self.snapshot, base)
        for entity in ("leads", "contacts", "companies", "customers"):
            self._builders[f"{entity}/notes"] = partial(self._notes, entity)
            self._builders[f"{entity}/tags"] = partial(self._tags, entity)
            self._builders[f"{entity}/custom_fields"] = partial(self._custom_fields, entity)

    def listing(self, name: str) -> Listing | None:
        """A collection by its path, or None when there is no such route."""
        if name not in self._listings:
            build = self._builders.get(name)
            if build is None:
                return None
            self._listings[name] = self.sandbox.writes.overlay(self.tenant.slug, name, build())
        return self._listings[name]

    def _extra(self, rows: list[Row], entity: str) -> list[Row]:
        return rows + broken.rows(self.sandbox, self.tenant, self.base, entity)

    def _loss_reasons(self) -> Listing:
        born = seconds(self.tenant.born_at)
        rows = [
            Row(reason_id, born, born, {}, partial(self._leads.loss_reason_row, reason_id))
            for reason_id, _ in self.tenant.loss_reasons
        ]
        return Listing("loss_reasons", rows)

    def _lead_listing(self) -> Listing:
        rows = [self._leads.row(lead) for lead in self.snapshot.leads]
        return Listing(
            "leads",
            self._extra(rows, "leads"),
            LEAD_FILTERS,
            frozenset({"created_at", "updated_at", "id"}),
            is_paid=True,
            relevant_withs=LEAD_WITHS,
        )

    def _bin_listing(self) -> Listing:
        rows = [self._leads.bin_row(lead) for lead in self.snapshot.leads_in_bin]
        return Listing(
            "leads", rows, LEAD_FILTERS, frozenset({"created_at", "updated_at", "id"}), is_paid=True
        )

    def _contacts(self) -> Listing:
        leads_of: dict[int, list[int]] = defaultdict(list)
        for lead in self.snapshot.leads:
            for contact_id in lead.contact_ids:
                leads_of[contact_id].append(lead.lead_id)
        customers_of = self._customers_by_company()
        rows = [
            Row(
                contact.contact_id,
                seconds(contact.created_at),
                changed_at(contact.updated_at, contact.created_at, self.now),
                {
                    "name": contact.name,
                    "responsible_user_id": contact.owner_id,
                    "created_by": 0,
                    "updated_by": contact.owner_id,
                },
                partial(
                    self.json.contact,
                    contact,
                    leads_of.get(contact.contact_id, []),
                    customers_of.get(contact.company_id, []) if contact.company_id else [],
                ),
            )
            for contact in self.snapshot.contacts
        ]
        return self._paid_listing("contacts", rows, frozenset({"leads", "customers", "catalog_elements"}))

    def _companies(self) -> Listing:
        contacts_of = self._contacts_by_company()
        customers_of = self._customers_by_company()
        leads_of: dict[int | None, list[int]] = defaultdict(list)
        for lead in self.snapshot.leads:
            leads_of[lead.company_id].append(lead.lead_id)
        rows = [
            Row(
                company.company_id,
                seconds(company.created_at),
                changed_at(company.updated_at, company.created_at, self.now),
                {
                    "name": company.name,
                    "responsible_user_id": company.owner_id,
                    "created_by": company.owner_id,
                    "updated_by": company.owner_id,
                },
                partial(
                    self.json.company,
                    company,
                    contacts_of.get(company.company_id, []),
                    leads_of.get(company.company_id, []),
                    customers_of.get(company.company_id, []),
                ),
                partial(self.values.comparable, company.fields),
            )
            for company in self.snapshot.companies
        ]
        return self._paid_listing(
            "companies", rows, frozenset({"contacts", "leads", "customers", "catalog_elements"})
        )

    def _paid_listing(self, key: str, rows: list[Row], withs: frozenset[str]) -> Listing:
        filters = COMMON_FILTERS | {"custom_fields_values"}
        return Listing(
            key, rows, filters, frozenset({"updated_at", "id"}), is_paid=True, relevant_withs=withs
        )

    def _contacts_by_company(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for contact in self.snapshot.contacts:
            if contact.company_id is not None:
                found[contact.company_id].append(contact.contact_id)
        return found

    def _customers_by_company(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for customer in self.snapshot.customers:
            found[customer.company_id].append(customer.customer_id)
        return found

    def _customers(self) -> Listing:
        payments: dict[int, list[Any]] = defaultdict(list)
        for payment in self.snapshot.payments:
            payments[payment.customer_id].append(payment)
        contacts_of = self._contacts_by_company()
        rows = []
        for customer in self.snapshot.customers:
            paid = payments.get(customer.customer_id, [])
            rows.append(
                Row(
                    customer.customer_id,
                    seconds(customer.created_at),
                    seconds(max([customer.created_at, *(payment.paid_at for payment in paid)])),
                    {"name": customer.name, "responsible_user_id": customer.owner_id, "status_id": 0},
                    partial(self.json.customer, customer, paid, contacts_of.get(customer.company_id, [])),
                )
            )
        filters = COMMON_FILTERS | {"status_id"}
        withs = frozenset({"contacts", "companies", "catalog_elements"})
        return Listing("customers", rows, filters, is_paid=True, relevant_withs=withs)

    def _transactions(self) -> Listing:
        owners = {customer.customer_id: customer.owner_id for customer in self.snapshot.customers}
        rows = []
        for payment in self.snapshot.payments:
            paid = seconds(payment.paid_at)
            owner = owners.get(payment.customer_id, 0)
            facts = {"customer_id": payment.customer_id}
            rows.append(
                plain_row(
                    payment.payment_id, paid, paid, facts, partial(self.json.transaction, payment, owner)
                )
            )
        return Listing("transactions", rows, frozenset({"id"}))

    def _tasks(self) -> Listing:
        rows = []
        for task in self.snapshot.tasks:
            done = task.completed_at is not None and task.completed_at <= self.now
            updated = seconds(task.completed_at) if done and task.completed_at else seconds(task.created_at)
            facts = {
                "responsible_user_id": task.owner_id,
                "is_completed": int(done),
                "task_type": task.type_id,
                "task_type_id": task.type_id,
                "entity_type": "leads",
                "entity_id": task.lead_id,
                "complete_till": seconds(task.complete_till),
            }
            rows.append(
                plain_row(
                    task.task_id,
                    seconds(task.created_at),
                    updated,
                    facts,
                    partial(self.json.task, task, updated, is_completed=done),
                )
            )
        filters = frozenset(
            {
                "id",
                "responsible_user_id",
                "is_completed",
                "task_type",
                "task_type_id",
                "entity_type",
                "entity_id",
                "updated_at",
            }
        )
        return Listing("tasks", rows, filters, frozenset({"created_at", "complete_till", "id"}))

    def _notes(self, entity: str) -> Listing:
        calls = {call.call_id: call for call in self.tenant.calls}
        rows = []
        for note in self.snapshot.notes:
            if note.entity != entity:
                continue
            created = seconds(note.created_at)
            call = calls.get(note.call) if note.call is not None else None
            facts = {"entity_id": note.entity_id, "note_type": note.note_type}
            rows.append(plain_row(note.note_id, created, created, facts, partial(self.json.note, note, call)))
        filters = frozenset({"id", "entity_id", "note_type", "updated_at"})
        return Listing("notes", rows, filters, frozenset({"updated_at", "id"}))

    def _events(self) -> Listing:
        found = [event_row(self.json, event) for event in tenant_events(self.tenant, self.now)]
        rows = self._extra(found, "events")
        rows.sort(key=lambda row: (row.created_at, str(row.row_id)), reverse=True)
        return Listing("events", rows, EVENT_FILTERS, max_limit=EVENTS_MAX_LIMIT)

    def _tags(self, entity: str) -> Listing:
        tags = self._leads.tags.items() if entity == "leads" else ()
        rows = [
            plain_row(tag_id, 0, 0, {"name": name}, partial(dict, id=tag_id, name=name, color=None))
            for name, tag_id in tags
        ]
        return Listing("tags", rows, frozenset({"id", "name"}))

    def _custom_fields(self, entity: str) -> Listing:
        path = f"{self.base}/{entity}/custom_fields"
        mine = [field for field in self.tenant.fields if field.entity == entity]
        if entity == "contacts":
            codes = [self.values.contact_field(code) for code in ("PHONE", "EMAIL")]
            mine += [field for field in codes if field not in mine]
        rows = [
            plain_row(
                field.field_id,
                0,
                0,
                {"sort": sort, "type": field.type},
                partial(definition_json, field, self.tenant.account_number, sort, f"{path}/{field.field_id}"),
            )
            for sort, field in zip(range(500, 500 + 10 * len(mine), 10), mine, strict=True)
        ]
        return Listing(
            "custom_fields",
            rows,
            frozenset({"id", "type"}),
            frozenset({"sort", "id"}),
            has_total=True,
            has_last=True,
        )
