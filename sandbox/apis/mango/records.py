"""Calls and people in Mango's shapes: rows of the basic statistics, contexts of the extended ones."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from sandbox.agency.model import Call, Tenant, User
from sandbox.agency.rings import Ring, rings_of

HOUR = 3600
NO_ANSWER = "1111"
_CODES = {
    "subscriber_disconnects": "1110",
    "operator_disconnects": "1120",
    "disconnect_before_call_processing": "1110",
    "timeout": NO_ANSWER,
    "no_success_operator_call": NO_ANSWER,
    "operator_busy": "1121",
    "employee_busy": "1121",
    "sip_offline": "4201",
    "max_in_call_reached": "1161",
    "no_active_scenario": "5001",
    "group_inactive_by_schedule": "1191",
    "numa_in_black_list": "1151",
}


def _sip(tenant: Tenant, person: User) -> str:
    return f"sip:{person.email.partition('@')[0]}@{tenant.slug}.mangosip.ru"


def _reason(call: Call, ring: Ring) -> str:
    in_vain = call.talk_seconds > 0 and not ring.talked
    return NO_ANSWER if in_vain else _CODES[call.finish_reason]


def _recording(call: Call) -> str:
    return base64.b64encode(f"1:{call.call_id}:1".encode()).decode()


class CallRows:
    """Renders the calls of one account; ``offset_hours`` is by how much the exchange's stamps run ahead of UTC."""

    def __init__(self, tenant: Tenant, offset_hours: int) -> None:
        self._tenant = tenant
        self._ahead = offset_hours * HOUR

    def _stamp(self, moment: datetime | None) -> str:
        return "" if moment is None else str(int(moment.timestamp()) + self._ahead)

    def rows(self, call: Call) -> list[dict[str, str]]:
        """One row per leg; ``answer`` is 0 when nobody picked up, other missing values are empty."""
        return [self._row(call, ring) for ring in rings_of(self._tenant, call)]

    def _row(self, call: Call, ring: Ring) -> dict[str, str]:
        ours = ("", "") if ring.person is None else (ring.person.extension, _sip(self._tenant, ring.person))
        theirs = ("", call.client_number or "")
        if call.direction == "in" and ring.person is None:
            ours = ("", call.line_number)
        caller, called = (theirs, ours) if call.direction == "in" else (ours, theirs)
        return {
            "records": f"[{_recording(call)}]" if ring.talked else "",
            "start": self._stamp(ring.started_at),
            "finish": self._stamp(ring.ended_at),
            "answer": self._stamp(ring.answered_at) or "0",
            "from_extension": caller[0],
            "from_number": caller[1],
            "to_extension": called[0],
            "to_number": called[1],
            "disconnect_reason": _reason(call, ring),
            "line_number": call.line_number,
            "location": "ivr" if ring.person is None and call.direction == "in" else "abonent",
            "entry_id": str(call.call_id),
        }

    def context(self, call: Call) -> dict[str, Any]:
        """One object per call, its legs in ``context_calls``; stamps are UTC whatever the basic statistics do."""
        rings = rings_of(self._tenant, call)
        incoming, start = call.direction == "in", int(call.started_at.timestamp())
        person = rings[-1].person
        ours = call.line_number if incoming or person is None else person.extension
        total = None if rings[-1].ended_at is None else int(rings[-1].ended_at.timestamp()) - start
        return {
            "entry_id": str(call.call_id),
            "context_type": 1 if incoming else 2,
            "context_status": int(call.talk_seconds > 0),
            "caller_id": None,
            "caller_name": None,
            "caller_number": (call.client_number or "") if incoming else ours,
            "called_number": ours if incoming else call.client_number or "",
            "line_number": call.line_number,
            "context_start_time": start,
            "duration": total,
            "talk_duration": call.talk_seconds,
            "recall_status": 0,
            "context_init_type": 1,
            "context_calls": [self._leg(call, ring) for ring in rings],
        }

    def _leg(self, call: Call, ring: Ring) -> dict[str, Any]:
        def seconds(moment: datetime | None) -> int | None:
            return None if moment is None else int(moment.timestamp())

        start, answer, end = (seconds(m) for m in (ring.started_at, ring.answered_at, ring.ended_at))
        person = ring.person
        return {
            "call_type": 1 if call.direction == "in" else 2,
            "call_abonent_id": person.employee_id if person else None,
            "call_abonent_info": person.name if person else None,
            "call_abonent_number": person.extension if person else None,
            "call_start_time": start,
            "call_answer_time": answer,
            "call_end_time": end,
            "call_duration": None if end is None or start is None else end - start,
            "talk_duration": call.talk_seconds if ring.talked else 0,
            "dial_duration": None,
            "hold_duration": 0,
            "call_end_reason": int(_reason(call, ring)),
            "recording_id": [_recording(call)] if ring.talked else [],
            "external_call_id": None,
            "members": [],
        }


def user_json(tenant: Tenant, user: User) -> dict[str, Any]:
    return {
        "general": {
            "name": user.name,
            "email": user.email,
            "department": user.group_name,
            "position": "",
            "user_id": user.employee_id,
        },
        "telephony": {
            "extension": user.extension,
            "outgoingline": "",
            "numbers": [
                {"number": _sip(tenant, user), "protocol": "sip", "order": 1, "wait_sec": 30, "status": "on"}
            ],
        },
    }
