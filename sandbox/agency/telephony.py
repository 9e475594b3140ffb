"""The exchange's calls: cold calling, sales, incoming with waits, missed ones with and without a call-back, spam."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sandbox.agency.catalogue import SALES, TELEMARKETING
from sandbox.agency.ground import Ground
from sandbox.agency.leads import LivedLead
from sandbox.agency.model import Call, Contact, User
from sandbox.agency.office import Office
from sandbox.agency.people import People
from sandbox.agency.phones import NumberPool
from sandbox.agency.streams import weighted

_CALL_BASE = 1_890_000_101
_MISSED_REASONS = (
    ("subscriber_disconnects", 40.0),
    ("timeout", 22.0),
    ("no_success_operator_call", 14.0),
    ("operator_busy", 8.0),
    ("employee_busy", 5.0),
    ("sip_offline", 3.0),
    ("max_in_call_reached", 2.0),
    ("no_active_scenario", 1.0),
)
_OFF_HOURS_REASON = "group_inactive_by_schedule"
_CAMPAIGNS = ("Яндекс Директ", "Поисковое продвижение", "ВКонтакте", "Прямые заходы")


@dataclass(slots=True)
class Party:
    """Who is on the other end: a number (None when withheld) and what the simulation knows of it."""

    number: str | None
    lead_id: int | None = None
    contact_id: int | None = None
    is_spam: bool = False


class Exchange:
    """Makes exactly the asked number of calls, unless the leads alone need more."""

    def __init__(
        self,
        ground: Ground,
        office: Office,
        people: People,
        pool: NumberPool,
    ) -> None:
        self._rng, self._calendar = ground.stream("calls"), ground.calendar
        self._office, self._people, self._pool = office, people, pool
        self._first_id = _CALL_BASE + ground.index * 100_000_000
        self._lines = tuple(f"7{ground.spot.city_code}1{n:06d}" for n in (230_001, 230_002, 230_003))
        self._calls: list[Call] = []
        self._taken: set[tuple[str | None, datetime]] = set()

    def make(self, lived: list[LivedLead], count: int) -> list[Call]:
        per_lead = 0.62 * count / max(1, len(lived))
        users = {user.user_id: user for team in self._office.teams.values() for user in team}
        users[self._office.removed.user_id] = self._office.removed
        for item in lived:
            if item.contact is not None and self._people.numbers[item.contact.contact_id]:
                self._calls_of_lead(item, item.contact, per_lead, users)
        self._fill(lived, count)
        self._calls.sort(key=lambda call: (call.started_at, call.client_number or ""))
        del self._calls[max(count, 0) :]
        return [replace(call, call_id=self._first_id + n) for n, call in enumerate(self._calls)]

    def _calls_of_lead(
        self, item: LivedLead, contact: Contact, per_lead: float, users: dict[int, User]
    ) -> None:
        rng, lead = self._rng, item.lead
        party = Party(
            self._people.numbers[contact.contact_id][0], lead.lead_id, contact.contact_id, lead.is_spam
        )
        if item.origin == "call":
            self._incoming(party, lead.created_at - timedelta(seconds=2))
            if lead.is_spam:
                return
        gone = lead.deleted_at or lead.merged_at or self._calendar.until
        wanted = per_lead * rng.expovariate(1.0)
        moments = [self._calendar.after(rng, lead.created_at, 0.15)]
        moments += [move.at - timedelta(seconds=rng.randrange(120, 2400)) for move in lead.moves]
        made = 0
        for at in moments:
            owner = users[
                next(user for since, user in reversed(lead.owners) if since <= max(at, lead.created_at))
            ]
            if made >= wanted or not lead.created_at < at < gone:
                continue
            attempt = at
            for _ in range(3):
                made += 1
                talk = self._outgoing(party, attempt, owner)
                attempt = self._calendar.after(rng, attempt, 0.5)
                if talk > 0 or attempt >= gone or rng.random() < 0.3:
                    break

    def _fill(self, lived: list[LivedLead], count: int) -> None:
        """Everything that is no lead's: cold numbers, strangers, clients who call, spam, withheld numbers."""
        rng = self._rng
        known = [
            item
            for item in lived
            if item.contact and self._people.numbers[item.contact.contact_id] and not item.lead.is_spam
        ]
        spammers = [self._pool.mobile() for _ in range(max(3, count // 700))]
        while len(self._calls) < count:
            kind = rng.random()
            if kind < 0.54:
                self._cold(Party(self._pool.mobile() if rng.random() < 0.7 else self._pool.landline()))
            elif kind < 0.80 and known:
                item = rng.choice(known)
                at = self._calendar.client_moment(rng)
                contact_id = item.contact.contact_id if item.contact else None
                if at > item.lead.created_at:
                    self._incoming(
                        Party(rng.choice(self._people.numbers[contact_id or 0]), None, contact_id), at
                    )
            elif kind < 0.93:
                self._incoming(Party(self._pool.mobile()), self._calendar.client_moment(rng))
            elif kind < 0.97:
                self._incoming(Party(rng.choice(spammers), is_spam=True), self._calendar.client_moment(rng))
            else:
                self._incoming(Party(None), self._calendar.client_moment(rng))

    def _cold(self, party: Party) -> None:
        at = self._calendar.working_moment(self._rng)
        office = self._office
        early = office.works(office.removed, at) and self._rng.random() < 0.15
        caller = office.removed if early else office.pick(self._rng, TELEMARKETING, at)
        for _ in range(self._rng.choice((1, 1, 1, 2, 3))):
            if self._outgoing(party, at, caller) > 0:
                return
            at = self._calendar.after(self._rng, at, 1.5)

    def _outgoing(self, party: Party, at: datetime, user: User) -> int:
        rng = self._rng
        reached = rng.random() < 0.42 + 0.2 * user.skill
        wait = rng.randrange(4, 35) if reached else rng.randrange(8, 61)
        talk = int(rng.lognormvariate(3.7 + 0.7 * user.skill, 0.9)) + 1 if reached else 0
        reason = (
            rng.choice(("subscriber_disconnects", "operator_disconnects"))
            if reached
            else rng.choice(("timeout", "subscriber_disconnects"))
        )
        return (
            talk
            if self._put(party, at, "out", employee_id=user.employee_id, wait=wait, talk=talk, reason=reason)
            else 0
        )

    def _incoming(self, party: Party, at: datetime) -> None:
        """One incoming call and what follows when it is missed: repeats, our call-back, the client's next try."""
        rng, local = self._rng, at.astimezone(self._calendar.zone)
        is_open = local.weekday() < 5 and 9 <= local.hour < 18
        seller = self._office.pick(rng, SALES, at)
        answered = rng.random() < ((0.82 + 0.12 * seller.skill) if is_open else 0.12) * (
            0.5 if party.is_spam else 1
        )
        if answered:
            self._talk(party, at, seller)
            return
        self._miss(party, at, is_open=is_open)
        if party.number is None:
            return
        while rng.random() < 0.33:
            at += timedelta(seconds=rng.randrange(20, 2400))
            self._miss(party, at, is_open=is_open)
        fate = rng.random() + (0.6 if party.is_spam else 0.0)
        if fate < 0.45:
            back = (
                at + timedelta(seconds=rng.randrange(60, 5400))
                if is_open
                else self._calendar.after(rng, at, 0.3)
            )
            if self._outgoing(party, back, seller) == 0 and rng.random() < 0.6:
                self._outgoing(party, self._calendar.after(rng, back, 0.3), seller)
        elif fate < 0.62:
            self._talk(party, self._calendar.after(rng, at, 0.15), seller)

    def _talk(self, party: Party, at: datetime, seller: User) -> None:
        rng = self._rng
        wait = None if rng.random() < 0.02 else min(60, int(rng.expovariate(1 / 9)) + 1)
        talk = int(rng.lognormvariate(4.5, 0.9)) + 2
        reason = rng.choice(("subscriber_disconnects", "operator_disconnects"))
        self._put(party, at, "in", employee_id=seller.employee_id, wait=wait, talk=talk, reason=reason)

    def _miss(self, party: Party, at: datetime, *, is_open: bool) -> None:
        rng = self._rng
        chance = rng.random()
        if not is_open:
            wait, reason = rng.randrange(2, 20), _OFF_HOURS_REASON
        elif party.is_spam and chance < 0.4:
            wait, reason = 0, "numa_in_black_list"
        elif chance < 0.14:
            wait, reason = rng.randrange(0, 5), "disconnect_before_call_processing"
        else:
            wait, reason = rng.randrange(5, 75), weighted(rng, _MISSED_REASONS)
        known_wait = None if rng.random() < 0.03 else wait
        self._put(party, at, "in", employee_id=None, wait=known_wait, talk=0, reason=reason)

    def _put(
        self,
        party: Party,
        at: datetime,
        direction: Literal["in", "out"],
        *,
        employee_id: int | None,
        wait: int | None,
        talk: int,
        reason: str,
    ) -> bool:
        """Keep the call if it ends in the simulated life; two calls of a number never start in one second."""
        while (party.number, at) in self._taken:
            at += timedelta(seconds=1)
        if at < self._calendar.born_at or call_end(at, wait, talk) >= self._calendar.until:
            return False
        self._taken.add((party.number, at))
        campaign = self._rng.choice(_CAMPAIGNS) if direction == "in" and self._rng.random() < 0.6 else None
        line = self._lines[0] if direction == "out" else self._rng.choice(self._lines)
        self._calls.append(
            Call(0, at, direction, party.number, line, employee_id, wait, talk, reason,
                 party.lead_id, party.contact_id, party.is_spam, campaign)
        )  # fmt: skip
        return True


def call_end(started_at: datetime, wait_seconds: int | None, talk_seconds: int) -> datetime:
    """When a call is over and its record appears; an unknown wait counts as none."""
    return started_at + timedelta(seconds=(wait_seconds or 0) + talk_seconds)
