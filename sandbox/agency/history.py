"""What a lead looked like at a moment, and the CRM's list of events, both cut from the facts of a whole life."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.agency.invoices import invoices
from sandbox.agency.model import LOST_STAGE_ID, WON_STAGE_ID, Lead, Note, Tenant
from sandbox.agency.streams import event_id

_ORDINALS = 1 << 24
_CLOSED = (WON_STAGE_ID, LOST_STAGE_ID)


@dataclass(frozen=True, slots=True)
class LeadState:
    """A lead at a moment.

    Attributes:
        closed_at: when it last came to won or lost, None while it stands elsewhere.
        loss_reason_id: None unless it stands in lost.
        updated_at: the latest change of any kind up to the moment.
        updated_by: who made the latest move, 0 for the robot.
    """

    pipeline_id: int
    stage_id: int
    owner_id: int
    price: int
    updated_at: datetime
    updated_by: int
    closed_at: datetime | None
    loss_reason_id: int | None


@dataclass(frozen=True, slots=True)
class CrmEvent:
    """An event as the CRM lists it; ``before`` and ``after`` are in the CRM's value shapes."""

    id: str
    type: str
    entity_type: str
    entity_id: int
    created_by: int
    created_at: datetime
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]


def lead_state(lead: Lead, now: datetime) -> LeadState:
    """Where ``lead`` stands at ``now`` (not before its creation)."""
    done = bisect_right(lead.moves, now, key=lambda move: move.at)
    if done:
        last = lead.moves[done - 1]
        pipeline_id, stage_id, updated_by, moved_at = (
            last.to_pipeline_id,
            last.to_stage_id,
            last.user_id,
            last.at,
        )
    else:
        pipeline_id, stage_id = lead.first_pipeline_id, lead.first_stage_id
        updated_by, moved_at = lead.created_by, lead.created_at
    owned = max(1, bisect_right(lead.owners, now, key=lambda item: item[0]))
    priced = bisect_right(lead.prices, now, key=lambda item: item[0])
    stamps = [moved_at, lead.created_at, lead.owners[owned - 1][0]]
    if priced:
        stamps.append(lead.prices[priced - 1][0])
    others = (*lead.touched, lead.deleted_at, lead.restored_at)
    stamps += [at for at in others if at is not None and at <= now]
    return LeadState(
        pipeline_id=pipeline_id,
        stage_id=stage_id,
        owner_id=lead.owners[owned - 1][1],
        price=lead.prices[priced - 1][1] if priced else 0,
        updated_at=max(stamps),
        updated_by=updated_by,
        closed_at=moved_at if stage_id in _CLOSED else None,
        loss_reason_id=lead.loss_reason_id if stage_id == LOST_STAGE_ID else None,
    )


def last_check_day(tenant: Tenant, now: datetime) -> date:
    """The last day whose positions the rank tracker has at ``now``: today in the tenant's zone."""
    return now.astimezone(ZoneInfo(tenant.time_zone)).date()


def events(tenant: Tenant, now: datetime) -> list[CrmEvent]:
    """All events up to ``now``, by (created_at, id). Those of leads that are gone stay."""
    everything: list[CrmEvent] | None = tenant.seen.get("events")
    if everything is None:
        everything = sorted(_all_events(tenant), key=lambda event: (event.created_at, event.id))
        tenant.seen["events"] = everything
    return everything[: bisect_right(everything, now, key=lambda event: event.created_at)]


def _event(
    kind: str,
    entity: tuple[str, int],
    by: int,
    at: datetime,
    *,
    before: list[dict[str, Any]] | None = None,
    after: list[dict[str, Any]] | None = None,
    ordinal: int = 0,
) -> CrmEvent:
    identity = event_id(at, kind, entity[1], ordinal)
    return CrmEvent(identity, kind, entity[0], entity[1], by, at, before or [], after or [])


def _all_events(tenant: Tenant) -> Iterator[CrmEvent]:
    for lead in tenant.leads:
        yield from _lead_events(lead)
    for contact in tenant.contacts:
        yield _event("contact_added", ("contact", contact.contact_id), contact.owner_id, contact.created_at)
    for company in tenant.companies:
        yield _event("company_added", ("company", company.company_id), company.owner_id, company.created_at)
    for task in tenant.tasks:
        yield _event("task_added", ("task", task.task_id), task.owner_id, task.created_at)
        if task.completed_at is not None:
            yield _event("task_completed", ("task", task.task_id), task.owner_id, task.completed_at)
    for note in tenant.notes:
        if note.call is not None:
            yield _call_event(note)
    owner_of = {customer.customer_id: customer.owner_id for customer in tenant.customers}
    for n, payment in enumerate(tenant.payments):
        card, by = ("customer", payment.customer_id), owner_of[payment.customer_id]
        after = [{"transaction": {"id": payment.payment_id}}]
        yield _event("transaction_added", card, by, payment.paid_at, after=after, ordinal=n)
    for invoice in invoices(tenant):
        after = [{"link": {"entity": {"type": "catalog_element", "id": invoice.invoice_id}}}]
        owners = [("company", invoice.company_id), ("customer", invoice.customer_id)]
        owners += [] if invoice.lead_id is None else [("lead", invoice.lead_id)]
        for owner in owners:
            ordinal = invoice.invoice_id % _ORDINALS
            yield _event("entity_linked", owner, 0, invoice.created_at, after=after, ordinal=ordinal)


def _call_event(note: Note) -> CrmEvent:
    kind = "incoming_call" if note.note_type == "call_in" else "outgoing_call"
    entity = {"leads": "lead", "contacts": "contact", "companies": "company"}[note.entity]
    after = [{"note": {"id": note.note_id}}]
    # The note's id makes the event unique: one contact may have two calls that end in the same second.
    ordinal = note.note_id % _ORDINALS
    return _event(kind, (entity, note.entity_id), note.user_id, note.created_at, after=after, ordinal=ordinal)


def _lead_events(lead: Lead) -> Iterator[CrmEvent]:
    this = ("lead", lead.lead_id)
    yield _event("lead_added", this, lead.created_by, lead.created_at)
    if lead.tags:
        tags = [{"tag": {"name": tag}} for tag in lead.tags]
        yield _event("entity_tag_added", this, lead.created_by, lead.created_at, after=tags)
    for move in lead.moves:
        before = [{"lead_status": {"id": move.from_stage_id, "pipeline_id": move.from_pipeline_id}}]
        after = [{"lead_status": {"id": move.to_stage_id, "pipeline_id": move.to_pipeline_id}}]
        yield CrmEvent(move.event_id, "lead_status_changed", *this, move.user_id, move.at, before, after)
    for n, ((_, old), (at, new)) in enumerate(pairwise(lead.owners)):
        before, after = [{"responsible_user": {"id": old}}], [{"responsible_user": {"id": new}}]
        yield _event("entity_responsible_changed", this, old, at, before=before, after=after, ordinal=n)
    for n, ((_, was), (at, price)) in enumerate(pairwise(lead.prices)):
        before, after = [{"sale_field_value": {"sale": was}}], [{"sale_field_value": {"sale": price}}]
        by = lead_state(lead, at).owner_id
        yield _event("sale_field_changed", this, by, at, before=before, after=after, ordinal=n)
    last_owner = lead.owners[-1][1]
    if lead.deleted_at is not None:
        yield _event("lead_deleted", this, last_owner, lead.deleted_at)
    if lead.restored_at is not None:
        yield _event("lead_restored", this, last_owner, lead.restored_at)
    if lead.merged_at is not None and lead.merged_into is not None:
        # Named after the winner; the ordinal keeps two merges into one lead apart.
        winner = ("lead", lead.merged_into)
        yield _event("entity_merged", winner, 0, lead.merged_at, ordinal=lead.lead_id % _ORDINALS)
