"""Repeatable chance: one generator per tenant and purpose, and identifiers that need no chance at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import TypeVar

T = TypeVar("T")

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_BITS = 80
_ODD = 0x9E3779B97F4A7C15F39D
_KINDS = (
    "lead_status_changed",
    "lead_added",
    "entity_responsible_changed",
    "sale_field_changed",
    "lead_deleted",
    "lead_restored",
    "entity_merged",
    "contact_added",
    "company_added",
    "task_added",
    "task_completed",
    "incoming_call",
    "outgoing_call",
    "entity_tag_added",
    "transaction_added",
    "entity_linked",
)
_KIND_NUMBER = {kind: number for number, kind in enumerate(_KINDS)}


def stream(*purpose: object) -> Random:
    """A generator of its own for a purpose: what another part draws never shifts what this one sees."""
    return Random("/".join(map(str, purpose)))


def weighted(rng: Random, options: Sequence[tuple[T, float]]) -> T:
    """One of (value, weight)."""
    return rng.choices([value for value, _ in options], [weight for _, weight in options])[0]


def event_id(at: datetime, kind: str, entity_id: int, ordinal: int, millisecond: int = 0) -> str:
    """A CRM event's id: 26 lower-case characters, the first ten from the time, so ids sort roughly by time.

    ``millisecond`` orders the ids of one second. Kind, entity and ordinal make it unique: they are mixed by a
    multiplication that can be undone.
    """
    moment = int(at.timestamp()) * 1000 + millisecond
    mixed = ((_KIND_NUMBER[kind] << 72) | (entity_id << 24) | ordinal) * _ODD % (1 << _BITS)
    return _base32(moment, 10) + _base32(mixed, 16)


def _base32(number: int, length: int) -> str:
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (length - 1), -1, -5))
