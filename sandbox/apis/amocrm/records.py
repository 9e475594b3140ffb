"""The CRM's records as JSON: contacts, companies, tasks, notes, customers, payments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sandbox.agency.model import Call, Company, Contact, Customer, Note, Payment, Task, User
from sandbox.apis.amocrm.fields import FieldValues, seconds

ALL_DAY_SECONDS = 1800
TALKED = 4
NOT_REACHED = 6


def link(base: str, kind: str, record_id: int) -> dict[str, Any]:
    """The ``_links`` of a record."""
    return {"self": {"href": f"{base}/{kind}/{record_id}"}}


def reference(base: str, kind: str, record_id: int, **more: Any) -> dict[str, Any]:
    return {"id": record_id, **more, "_links": link(base, kind, record_id)}


def changed_at(updated_at: datetime, created_at: datetime, now: datetime) -> int:
    """``updated_at`` as it stood at ``now``."""
    return seconds(updated_at if updated_at <= now else created_at)


class RecordJson:
    """Renders records of one account under one base address."""

    def __init__(
        self, base: str, account: int, values: FieldValues, users: Iterable[User], now: datetime
    ) -> None:
        self.base = base
        self.account = account
        self.values = values
        self.now = now
        self._groups = {user.user_id: user.group_id for user in users}
        self._by_employee = {user.employee_id: user.user_id for user in users}

    def group_of(self, user_id: int) -> int:
        return self._groups.get(user_id, 0)

    def contact(
        self, contact: Contact, lead_ids: Iterable[int], customer_ids: Iterable[int], withs: frozenset[str]
    ) -> dict[str, Any]:
        first, _, last = contact.name.partition(" ")
        companies = (
            [] if contact.company_id is None else [reference(self.base, "companies", contact.company_id)]
        )
        embedded: dict[str, Any] = {"tags": [], "companies": companies}
        if "leads" in withs:
            embedded["leads"] = [reference(self.base, "leads", lead_id) for lead_id in lead_ids]
        if "customers" in withs:
            embedded["customers"] = [reference(self.base, "customers", i) for i in customer_ids]
        if "catalog_elements" in withs:
            embedded["catalog_elements"] = []
        return {
            "id": contact.contact_id,
            "name": contact.name,
            "first_name": first,
            "last_name": last,
            "responsible_user_id": contact.owner_id,
            "group_id": self.group_of(contact.owner_id),
            "created_by": 0,
            "updated_by": contact.owner_id,
            "created_at": seconds(contact.created_at),
            "updated_at": changed_at(contact.updated_at, contact.created_at, self.now),
            "closest_task_at": None,
            "is_deleted": False,
            "is_unsorted": False,
            "custom_fields_values": self.values.contact_entries(contact.phones, contact.emails),
            "account_id": self.account,
            "_links": link(self.base, "contacts", contact.contact_id),
            "_embedded": embedded,
        }

    def company(
        self,
        company: Company,
        contact_ids: Iterable[int],
        lead_ids: Iterable[int],
        customer_ids: Iterable[int],
        withs: frozenset[str],
    ) -> dict[str, Any]:
        embedded: dict[str, Any] = {"tags": []}
        for kind, ids in (("contacts", contact_ids), ("leads", lead_ids), ("customers", customer_ids)):
            if kind in withs:
                embedded[kind] = [reference(self.base, kind, record_id) for record_id in ids]
        if "catalog_elements" in withs:
            embedded["catalog_elements"] = []
        return {
            "id": company.company_id,
            "name": company.name,
            "responsible_user_id": company.owner_id,
            "group_id": self.group_of(company.owner_id),
            "created_by": company.owner_id,
            "updated_by": company.owner_id,
            "created_at": seconds(company.created_at),
            "updated_at": changed_at(company.updated_at, company.created_at, self.now),
            "closest_task_at": None,
            "is_deleted": False,
            "custom_fields_values": self.values.entries(company.fields),
            "account_id": self.account,
            "_links": link(self.base, "companies", company.company_id),
            "_embedded": embedded,
        }

    def task(self, task: Task, updated_at: int, *, is_completed: bool) -> dict[str, Any]:
        result = {"text": task.result} if is_completed and task.result else []
        return {
            "id": task.task_id,
            "created_by": task.owner_id,
            "updated_by": task.owner_id,
            "created_at": seconds(task.created_at),
            "updated_at": updated_at,
            "responsible_user_id": task.owner_id,
            "group_id": self.group_of(task.owner_id),
            "entity_id": task.lead_id,
            "entity_type": "leads",
            "duration": ALL_DAY_SECONDS,
            "is_completed": is_completed,
            "task_type_id": task.type_id,
            "text": task.text,
            "result": result,
            "complete_till": seconds(task.complete_till),
            "account_id": self.account,
            "_links": link(self.base, "tasks", task.task_id),
        }

    def note(self, note: Note, call: Call | None) -> dict[str, Any]:
        created = seconds(note.created_at)
        return {
            "id": note.note_id,
            "entity_id": note.entity_id,
            "created_by": note.user_id,
            "updated_by": note.user_id,
            "created_at": created,
            "updated_at": created,
            "responsible_user_id": note.user_id,
            "group_id": self.group_of(note.user_id),
            "note_type": note.note_type,
            "params": self._call_params(note, call) if call else {"text": note.text},
            "account_id": self.account,
            "_links": link(self.base, f"{note.entity}/{note.entity_id}/notes", note.note_id),
        }

    def _call_params(self, note: Note, call: Call) -> dict[str, Any]:
        talked = call.talk_seconds > 0
        employee = self._by_employee.get(call.employee_id) if call.employee_id is not None else None
        return {
            "uniq": str(call.call_id),
            "duration": call.talk_seconds,
            "source": "uis",
            "link": f"https://records.example/{call.call_id}.mp3" if talked else None,
            "phone": f"+{call.client_number}" if call.client_number else "",
            "call_responsible": employee if employee is not None else note.user_id,
            "call_result": note.text,
            "call_status": TALKED if talked else NOT_REACHED,
        }

    def customer(
        self, customer: Customer, payments: list[Payment], contact_ids: Iterable[int], withs: frozenset[str]
    ) -> dict[str, Any]:
        total = sum(payment.amount for payment in payments)
        count = len(payments)
        embedded: dict[str, Any] = {"segments": [], "tags": []}
        if "contacts" in withs:
            embedded["contacts"] = [
                reference(self.base, "contacts", contact_id, is_main=index == 0)
                for index, contact_id in enumerate(contact_ids)
            ]
        if "companies" in withs:
            embedded["companies"] = [reference(self.base, "companies", customer.company_id)]
        if "catalog_elements" in withs:
            embedded["catalog_elements"] = []
        return {
            "id": customer.customer_id,
            "name": customer.name,
            "next_price": payments[-1].amount if payments else 0,
            "next_date": None,
            "responsible_user_id": customer.owner_id,
            "status_id": 0,
            "periodicity": 0,
            "created_by": customer.owner_id,
            "updated_by": customer.owner_id,
            "created_at": seconds(customer.created_at),
            "updated_at": seconds(max([customer.created_at, *(p.paid_at for p in payments)])),
            "closest_task_at": None,
            "is_deleted": False,
            "custom_fields_values": None,
            "ltv": total,
            "purchases_count": count,
            "average_check": round(total / count) if count else 0,
            "account_id": self.account,
            "_links": link(self.base, "customers", customer.customer_id),
            "_embedded": embedded,
        }

    def transaction(self, payment: Payment, owner_id: int) -> dict[str, Any]:
        paid = seconds(payment.paid_at)
        return {
            "id": payment.payment_id,
            "price": payment.amount,
            "comment": payment.comment,
            "completed_at": paid,
            "customer_id": payment.customer_id,
            "created_by": owner_id,
            "updated_by": owner_id,
            "created_at": paid,
            "updated_at": paid,
            "is_deleted": False,
            "account_id": self.account,
            "_links": link(self.base, f"customers/{payment.customer_id}/transactions", payment.payment_id),
            "_embedded": {
                "customer": reference(self.base, "customers", payment.customer_id),
                "catalog_elements": [],
            },
        }
