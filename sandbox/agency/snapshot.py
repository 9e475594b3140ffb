"""What the providers would show at a moment, cut from the facts of a whole life."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import datetime

from sandbox.agency.model import Contact, Lead, Snapshot, Task, Tenant
from sandbox.agency.telephony import call_end

_KEPT = 8


def snapshot(tenant: Tenant, now: datetime) -> Snapshot:
    """The lists visible at ``now``.

    A call is there once it is over. Tasks and notes stay listed when their lead is deleted. Deleted contacts and
    companies are absent. The last few moments asked for are kept.
    """
    kept: dict[datetime, Snapshot] = tenant.seen.setdefault("snapshots", {})
    found = kept.get(now)
    if found is None:
        found = _cut(tenant, now)
        if len(kept) >= _KEPT:
            del kept[next(iter(kept))]
        kept[now] = found
    return found


def is_listed(lead: Lead, now: datetime) -> bool:
    """Whether the CRM's ordinary list has the lead: created, not merged away, not deleted (or restored)."""
    if lead.created_at > now or (lead.merged_at is not None and lead.merged_at <= now):
        return False
    return not _is_removed(lead, now)


def is_in_bin(lead: Lead, now: datetime) -> bool:
    """Whether the lead is in the recycle bin: deleted, neither restored nor emptied out of it."""
    return _is_removed(lead, now) and (lead.purged_at is None or lead.purged_at > now)


def _is_removed(lead: Lead, now: datetime) -> bool:
    if lead.deleted_at is None or lead.deleted_at > now:
        return False
    return lead.restored_at is None or lead.restored_at > now


def _cut(tenant: Tenant, now: datetime) -> Snapshot:
    leads = tenant.leads[: bisect_right(tenant.leads, now, key=lambda lead: lead.created_at)]
    tasks = tenant.tasks[: bisect_right(tenant.tasks, now, key=lambda task: task.created_at)]
    calls = tenant.calls[: bisect_right(tenant.calls, now, key=lambda call: call.started_at)]
    payments = tenant.payments[: bisect_right(tenant.payments, now, key=lambda payment: payment.paid_at)]
    return Snapshot(
        now=now,
        leads=sorted((lead for lead in leads if is_listed(lead, now)), key=lambda lead: lead.lead_id),
        leads_in_bin=sorted((lead for lead in leads if is_in_bin(lead, now)), key=lambda lead: lead.lead_id),
        contacts=[_contact_at(contact, now) for contact in tenant.contacts if _is_there(contact, now)],
        companies=[
            company if company.updated_at <= now else replace(company, updated_at=company.created_at)
            for company in tenant.companies
            if company.created_at <= now and (company.deleted_at is None or company.deleted_at > now)
        ],
        tasks=[_task_at(task, now) for task in tasks],
        notes=tenant.notes[: bisect_right(tenant.notes, now, key=lambda note: note.created_at)],
        calls=[
            call for call in calls if call_end(call.started_at, call.wait_seconds, call.talk_seconds) <= now
        ],
        customers=[customer for customer in tenant.customers if customer.created_at <= now],
        payments=sorted(payments, key=lambda payment: payment.payment_id),
    )


def _is_there(contact: Contact, now: datetime) -> bool:
    return contact.created_at <= now and (contact.deleted_at is None or contact.deleted_at > now)


def _contact_at(contact: Contact, now: datetime) -> Contact:
    return contact if contact.updated_at <= now else replace(contact, updated_at=contact.created_at)


def _task_at(task: Task, now: datetime) -> Task:
    if task.completed_at is None or task.completed_at <= now:
        return task
    return replace(task, completed_at=None, result=None)
