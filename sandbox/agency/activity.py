"""What managers leave behind on leads: tasks, notes, and the notes the telephony widget writes for calls."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from typing import Literal

from sandbox.agency.ground import Ground
from sandbox.agency.history import lead_state
from sandbox.agency.leads import LivedLead
from sandbox.agency.model import LOST_STAGE_ID, WON_STAGE_ID, Call, Lead, Note, Task, User
from sandbox.agency.people import People
from sandbox.agency.telephony import call_end

_NoteOwner = Literal["leads", "contacts"]
_NoteDraft = tuple[datetime, _NoteOwner, int, str, int, str, int | None]
_TASK_BASE, _NOTE_BASE = 4_400_501, 77_120_044
_TASK_TEXTS = (
    "Перезвонить по КП",
    "Назначить встречу",
    "Отправить договор",
    "Узнать решение",
    "Напомнить об оплате",
)
_RESULTS = ("Договорились о встрече", "Просят перезвонить", "Отправлено", "Думают", "Не дозвонились")
_NOTE_TEXTS = ("Интересует продвижение", "Бюджет согласуют", "Есть подрядчик, недовольны", "Ждут расчёт", "Просили не звонить утром",
               "ЛПР в отпуске", "Сайт переделывают")  # fmt: skip


def make_tasks(ground: Ground, lived: list[LivedLead]) -> list[Task]:
    """Tasks of leads: done in time, done late, overdue and still open."""
    rng, calendar, drafts = ground.stream("tasks"), ground.calendar, []
    for item in lived:
        lead = item.lead
        gone = lead.deleted_at or lead.merged_at or calendar.until
        moments = [
            lead.created_at + timedelta(seconds=rng.randrange(30, 900)),
            *(move.at for move in lead.moves),
        ]
        for at in moments:
            if rng.random() > 0.33 or at >= gone:
                continue
            due = calendar.after(rng, at, 3.0)
            done: datetime | None = calendar.after(rng, at, 2.8) if rng.random() < 0.9 else None
            if done is not None and done >= gone:
                done = None
            drafts.append(
                (
                    at,
                    lead.lead_id,
                    owner_at(lead, at),
                    due,
                    done,
                    rng.choice(_TASK_TEXTS),
                    rng.choice(_RESULTS),
                )
            )
    drafts.sort(key=lambda draft: draft[:2])
    return [
        Task(_TASK_BASE + ground.index * 1_000_000 + n, lead_id, owner, 2 if "встреч" in text else 1, text, at, due, done,
             result if done and result != "Думают" else None)
        for n, (at, lead_id, owner, due, done, text, result) in enumerate(drafts)
    ]  # fmt: skip


def owner_at(lead: Lead, at: datetime) -> int:
    return next((user for since, user in reversed(lead.owners) if since <= at), lead.owners[0][1])


def make_notes(
    ground: Ground,
    lived: list[LivedLead],
    calls: list[Call],
    people: People,
    users: list[User],
) -> list[Note]:
    """Common notes of leads and, for most calls of numbers the CRM knows, call notes."""
    rng, calendar = ground.stream("notes"), ground.calendar
    drafts: list[_NoteDraft] = []
    for item in lived:
        lead = item.lead
        gone = lead.deleted_at or lead.merged_at or calendar.until
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            at = calendar.after(rng, lead.created_at, 8.0)
            if at < gone:
                drafts.append(
                    (at, "leads", lead.lead_id, "common", owner_at(lead, at), rng.choice(_NOTE_TEXTS), None)
                )
    drafts += _call_notes(ground, lived, calls, people, users)
    drafts.sort(key=lambda draft: (draft[0], draft[6] or 0, draft[2]))
    return [
        Note(_NOTE_BASE + ground.index * 10_000_000 + n, entity, entity_id, kind, user, at, text, call)
        for n, (at, entity, entity_id, kind, user, text, call) in enumerate(drafts)
    ]


def _call_notes(
    ground: Ground, lived: list[LivedLead], calls: list[Call], people: People, users: list[User]
) -> list[_NoteDraft]:
    rng = ground.stream("call notes")
    leads_of: dict[int, list[Lead]] = {}
    for item in lived:
        for contact_id in item.lead.contact_ids:
            leads_of.setdefault(contact_id, []).append(item.lead)
    contacts_of: dict[str, list[int]] = {}
    for contact in people.contacts:
        if contact.deleted_at is None:
            for number in people.numbers[contact.contact_id]:
                contacts_of.setdefault(number, []).append(contact.contact_id)
    born = {contact.contact_id: contact.created_at for contact in people.contacts}
    user_of = {user.employee_id: user.user_id for user in users}
    notes: list[_NoteDraft] = []
    for call in calls:
        over = max(
            call_end(call.started_at, call.wait_seconds, call.talk_seconds),
            call.started_at + timedelta(seconds=3),
        )
        known = [c for c in contacts_of.get(call.client_number or "", ()) if born[c] <= over]
        if not known or over >= ground.calendar.until or rng.random() < 0.06:
            continue
        contact_id = call.contact_id if call.contact_id in known else known[0]
        lead = _open_lead(leads_of.get(contact_id, []), over)
        kind = "call_in" if call.direction == "in" else "call_out"
        user = user_of.get(call.employee_id or 0, 0)
        note_of: tuple[_NoteOwner, int] = ("leads", lead.lead_id) if lead else ("contacts", contact_id)
        notes.append((over, *note_of, kind, user, "", call.call_id))
    return notes


def _open_lead(leads: list[Lead], at: datetime) -> Lead | None:
    """The newest lead that is open and there at the moment."""
    for lead in reversed(leads[: bisect_right(leads, at, key=lambda lead: lead.created_at)]):
        gone = (
            lead.deleted_at is not None
            and lead.deleted_at <= at
            and not (lead.restored_at and lead.restored_at <= at)
        )
        merged = lead.merged_at is not None and lead.merged_at <= at
        if not gone and not merged and lead_state(lead, at).stage_id not in (WON_STAGE_ID, LOST_STAGE_ID):
            return lead
    return None
