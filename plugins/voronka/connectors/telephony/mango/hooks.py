"""What Mango Office sends by itself: states of legs and summaries of calls.

Pure functions from the received form to events; who receives it is not said here. Stamps are Unix seconds, ahead of UTC by
the same hours as the statistics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson

from voronka.connectors.rows import REPORT, Unusable
from voronka.connectors.telephony.mango.signing import is_signed

DIRECTIONS: dict[int, Literal["internal", "in", "out"]] = {0: "internal", 1: "in", 2: "out"}
FORGED = "check the key and salt of the API connector in the environment; if they are right, it was not the exchange."


@dataclass(frozen=True, slots=True)
class CallState:
    """One state of one leg. ``seq`` grows with every event of the leg, arrival says nothing of the order."""

    entry_id: str
    leg_id: str
    seq: int
    state: str
    at: datetime
    disconnect_reason: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished call; times aware UTC, ``talked_at`` None when nobody talked."""

    entry_id: str
    direction: Literal["internal", "in", "out"]
    created_at: datetime
    talked_at: datetime | None
    ended_at: datetime
    extension: str | None
    client_number: str | None
    line_number: str | None
    disconnect_reason: str | None

    @property
    def is_answered(self) -> bool:
        """Whether somebody talked. ``entry_result`` is not asked: the vendor's own sample contradicts its meaning."""
        return self.talked_at is not None

    @property
    def talk_seconds(self) -> int:
        """Seconds of talk."""
        return 0 if self.talked_at is None else int((self.ended_at - self.talked_at).total_seconds())

    @property
    def wait_seconds(self) -> int:
        """Seconds until the talk, or until the end."""
        return int(((self.talked_at or self.ended_at) - self.created_at).total_seconds())


def opened(form: Mapping[str, str], key: str, salt: str) -> dict[str, Any]:
    """The event in a received form, once its signature is proved over the text as it came.

    Raises:
        Unusable: ``bad_signature`` (also of another key), or ``not_an_object``.
    """
    text = form.get("json", "")
    ours = form.get("vpbx_api_key") == key
    if not ours or not is_signed(key, text, salt, form.get("sign", "")):
        raise Unusable("bad_signature", "the signature of the event is not the account's", FORGED)
    try:
        event = orjson.loads(text)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise Unusable("not_an_object", "the event is no JSON object", REPORT)
    return event


def is_summary(event: Mapping[str, Any]) -> bool:
    """Whether it is the summary of a call, known by its fields: the samples print one path for both kinds."""
    return "end_time" in event and "create_time" in event


def call_state(event: Mapping[str, Any], offset_hours: int = 0) -> CallState:
    """A leg's state out of an event.

    Raises:
        Unusable: a field is missing or no number.
    """
    return CallState(
        _text(event, "entry_id"),
        _text(event, "call_id"),
        _number(event, "seq"),
        _text(event, "call_state"),
        _moment(_number(event, "timestamp"), offset_hours),
        _optional(event.get("disconnect_reason")),
    )


def summary(event: Mapping[str, Any], offset_hours: int = 0) -> Summary:
    """A finished call out of an event; it was answered when ``talk_time`` is not 0.

    Raises:
        Unusable: a field is missing, no number, or an unknown direction.
    """
    code = _number(event, "call_direction")
    if code not in DIRECTIONS:
        raise Unusable("unknown_direction", f"call_direction is {code}, expected 0, 1 or 2", REPORT)
    direction, talk = DIRECTIONS[code], _number(event, "talk_time")
    caller, called = _party(event, "from"), _party(event, "to")
    ours, theirs = (caller, called) if direction == "out" else (called, caller)
    return Summary(
        _text(event, "entry_id"),
        direction,
        _moment(_number(event, "create_time"), offset_hours),
        _moment(talk, offset_hours) if talk > 0 else None,
        _moment(_number(event, "end_time"), offset_hours),
        _optional(ours.get("extension")),
        None if direction == "internal" else _optional(theirs.get("number")),
        _optional(event.get("line_number")),
        _optional(event.get("disconnect_reason")),
    )


def latest_states(states: Iterable[CallState]) -> dict[str, CallState]:
    """The state each leg ended up in, by leg: the highest ``seq``, whatever came last."""
    latest: dict[str, CallState] = {}
    for state in states:
        known = latest.get(state.leg_id)
        if known is None or known.seq < state.seq:
            latest[state.leg_id] = state
    return latest


def _moment(seconds: int, offset_hours: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC) - timedelta(hours=offset_hours)


def _party(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    party = event.get(name)
    return party if isinstance(party, dict) else {}


def _text(event: Mapping[str, Any], name: str) -> str:
    value = _optional(event.get(name))
    if value is None:
        raise Unusable("missing_field", f"the event has no {name}", REPORT)
    return value


def _number(event: Mapping[str, Any], name: str) -> int:
    value = event.get(name)
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit():
        raise Unusable("bad_number", f"{name} is {value!r}, expected a whole number", REPORT)
    return int(text)


def _optional(value: Any) -> str | None:
    return None if value in (None, "") else str(value)
