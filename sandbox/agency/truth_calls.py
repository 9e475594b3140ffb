"""Missed calls, repeats and recoveries of the simulated exchange, worked out from its calls."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.agency.history import lead_state
from sandbox.agency.model import LOST_STAGE_ID, WON_STAGE_ID, Call, Lead, Snapshot
from sandbox.agency.phones import digits_of

_REPEAT_WITHIN = timedelta(minutes=30)
_RECOVERY_WITHIN = timedelta(seconds=86_400)
_SHORT_WAIT_SECONDS = 5
_SUCCESS_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Judged:
    """A call with what the rules say of it; all False or None for a call that was not missed."""

    call: Call
    is_missed: bool
    is_repeat: bool
    is_short_abandon: bool
    recovered_by: str | None


def judge(calls: Sequence[Call]) -> list[Judged]:
    """Apply the rules to ``calls`` in order of their start.

    Missed: incoming without talk. Repeat: at most 30 minutes after the previous missed call of the number. Recovered:
    by the earliest later call of the number with talk, at most 86,400 seconds after, start to start. Withheld numbers
    neither repeat nor recover. Short abandon: missed with a known wait under 5 seconds.
    """
    talks: dict[str, list[Call]] = {}
    for call in calls:
        if call.talk_seconds > 0 and call.client_number is not None:
            talks.setdefault(call.client_number, []).append(call)
    last_missed: dict[str, datetime] = {}
    judged = []
    for call in calls:
        if call.direction != "in" or call.talk_seconds > 0:
            judged.append(Judged(call, False, False, False, None))
            continue
        number, is_repeat = call.client_number, False
        if number is not None:
            before = last_missed.get(number)
            is_repeat = before is not None and call.started_at - before <= _REPEAT_WITHIN
            last_missed[number] = call.started_at
        is_short = call.wait_seconds is not None and call.wait_seconds < _SHORT_WAIT_SECONDS
        judged.append(Judged(call, True, is_repeat, is_short, _recovery(call, talks.get(number or "", []))))
    return judged


def _recovery(missed: Call, talks: list[Call]) -> str | None:
    after = bisect_left(talks, missed.started_at + timedelta(seconds=1), key=lambda call: call.started_at)
    if after == len(talks) or talks[after].started_at - missed.started_at > _RECOVERY_WITHIN:
        return None
    return "us" if talks[after].direction == "out" else "client"


def lead_of_calls(seen: Snapshot) -> dict[int, int]:
    """Call id → lead id as the CRM can tell it.

    The lead its note names; without one, of the listed leads created by the call's start of any contact with the
    number the newest that was open at that time, else the newest.
    """
    named = {
        note.call: note.entity_id for note in seen.notes if note.call is not None and note.entity == "leads"
    }
    leads_of_contact: dict[int, list[Lead]] = {}
    for lead in seen.leads:
        for contact_id in lead.contact_ids:
            leads_of_contact.setdefault(contact_id, []).append(lead)
    leads_of_number: dict[str, list[Lead]] = {}
    for contact in seen.contacts:
        for number in {digits_of(phone) for phone in contact.phones} - {None}:
            leads_of_number.setdefault(number or "", []).extend(leads_of_contact.get(contact.contact_id, ()))
    result = {}
    for call in seen.calls:
        lead_id = named.get(call.call_id)
        if lead_id is None and call.client_number in leads_of_number:
            lead_id = _newest(leads_of_number[call.client_number], call.started_at)
        if lead_id is not None:
            result[call.call_id] = lead_id
    return result


def _newest(leads: list[Lead], at: datetime) -> int | None:
    there = [lead for lead in leads if lead.created_at <= at]
    still_open = [
        lead for lead in there if lead_state(lead, at).stage_id not in (WON_STAGE_ID, LOST_STAGE_ID)
    ]
    newest = max(still_open or there, key=lambda lead: (lead.created_at, lead.lead_id), default=None)
    return None if newest is None else newest.lead_id


def calls_truth(seen: Snapshot) -> dict[str, int]:
    """Counts of calls that are over.

    Spam is a call of a spam lead by the CRM's link (:func:`lead_of_calls`), which a warehouse can know; numbers that
    only the exchange would call spam are not. ``missed_not_spam`` and what follows it leave spam out. ``recovered_*``
    count missed calls, repeats included. ``successful_30s`` counts outgoing calls with at least 30 seconds of talk.
    """
    link = lead_of_calls(seen)
    spam_leads = {lead.lead_id for lead in seen.leads if lead.is_spam}
    judged = judge(seen.calls)
    clean = [item for item in judged if link.get(item.call.call_id) not in spam_leads]
    return {
        "total": len(judged),
        "incoming": sum(item.call.direction == "in" for item in judged),
        "outgoing": sum(item.call.direction == "out" for item in judged),
        "missed": sum(item.is_missed for item in judged),
        "missed_not_spam": sum(item.is_missed for item in clean),
        "repeats": sum(item.is_repeat for item in clean),
        "short_abandons": sum(item.is_short_abandon for item in clean),
        "recovered_by_us": sum(item.recovered_by == "us" for item in clean),
        "recovered_by_client": sum(item.recovered_by == "client" for item in clean),
        "successful_30s": sum(
            item.call.direction == "out" and item.call.talk_seconds >= _SUCCESS_SECONDS for item in clean
        ),
    }
