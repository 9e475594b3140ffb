"""Who rang before somebody answered: the legs of a call, the same whichever exchange shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.agency.model import Call, Tenant, User

_EVERY = 3
_LEAST_WAIT_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Ring:
    """One leg: a person's telephone (None: nobody's, the answering machine), aware UTC times; ``talked`` once at most."""

    person: User | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    talked: bool


def is_passed_on(call: Call) -> bool:
    """Whether a colleague's telephone rang in vain first: every third answered incoming call that waited."""
    return (
        call.direction == "in"
        and call.talk_seconds > 0
        and (call.wait_seconds or 0) >= _LEAST_WAIT_SECONDS
        and call.call_id % _EVERY == 0
    )


def rings_of(tenant: Tenant, call: Call) -> list[Ring]:
    """The legs in order; the end is None when the call's wait is unknown and nobody talked."""
    people = {user.employee_id: user for user in (*tenant.users, *tenant.former_users)}
    person = people.get(call.employee_id) if call.employee_id is not None else None
    talked, start = call.talk_seconds > 0, call.started_at
    answered = start + timedelta(seconds=call.wait_seconds or 0)
    unknown_end = call.wait_seconds is None and not talked
    legs = []
    if is_passed_on(call):
        half = start + timedelta(seconds=(call.wait_seconds or 0) // 2)
        colleague = next(user for user in tenant.users if user.employee_id != call.employee_id)
        legs.append(Ring(colleague, start, None, half, talked=False))
        start = half
    ended = None if unknown_end else answered + timedelta(seconds=call.talk_seconds)
    legs.append(Ring(person, start, answered if talked else None, ended, talked=talked))
    return legs


def count_rings(calls: list[Call]) -> int:
    """How many legs these calls have."""
    return sum(1 + is_passed_on(call) for call in calls)
