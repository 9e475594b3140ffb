"""Which calls of the exchange the CRM has a note of, and which it lacks, worked out from the facts."""

from __future__ import annotations

from datetime import datetime

from sandbox.agency.model import Snapshot
from sandbox.agency.phones import digits_of
from sandbox.agency.telephony import call_end


def call_notes_truth(seen: Snapshot) -> dict[str, int]:
    """Counts of calls and call notes that are visible.

    ``missing_in_crm`` are calls without a note of a number that a listed contact had when the call was over;
    ``missing_in_exchange`` are notes of calls that the exchange does not show.
    """
    known_at: dict[str, datetime] = {}
    for contact in seen.contacts:
        for number in {digits_of(phone) for phone in contact.phones} - {None}:
            earlier = known_at.get(number or "", contact.created_at)
            known_at[number or ""] = min(earlier, contact.created_at)
    noted = [note.call for note in seen.notes if note.call is not None]
    has_note = set(noted)
    shown = {call.call_id for call in seen.calls}
    missing = [
        call
        for call in seen.calls
        if call.call_id not in has_note
        and call.client_number in known_at
        and known_at[call.client_number] <= call_end(call.started_at, call.wait_seconds, call.talk_seconds)
    ]
    return {
        "notes": len(noted),
        "matched": len(shown & has_note),
        "missing_in_crm": len(missing),
        "missing_in_exchange": sum(call not in shown for call in noted),
    }
