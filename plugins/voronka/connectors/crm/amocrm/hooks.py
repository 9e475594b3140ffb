"""What a webhook of amoCRM names: records to be read again. Nothing in it is taken as data.

The body is a form with keys as PHP writes them (``leads[update][0][id]=5``) and legacy names. Webhooks of the account
and those of a Digital Pipeline stage (ids only) are read alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

MOST_FIELDS = 100_000
_KEY = re.compile(r"^(\w+)\[(\w+)\]\[(\d+)\](?:\[(.+)\])?$")
_USABLE_ID = re.compile(r"^[0-9A-Za-z_-]{1,64}$")
_ENTITY_OF = {
    "leads": "leads",
    "contacts": "contacts",
    "companies": "companies",
    "customers": "customers",
    "task": "tasks",
    "tasks": "tasks",
    "unsorted": "unsorted",
    "talk": "talks",
    "talks": "talks",
}
_ID_OF = {"unsorted": "uid", "talks": "talk_id"}
_DISAPPEARS = frozenset({"leads", "contacts", "companies", "customers", "tasks"})
"""What a ``delete`` removes. An incoming request that is accepted is "deleted" too, but becomes a lead."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A record to be read again: ``source_id`` as in the raw table; ``is_deletion`` when it is said to be gone."""

    entity: str
    source_id: str
    is_deletion: bool = False


def hints_of(body: bytes) -> list[Hint]:
    """The records that a webhook's body names, each once; empty for anything that is no webhook."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return []
    items: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for key, value in pairs:
        if found := _KEY.match(key):
            root, event, number, rest = found.groups()
            items[root, event, number][rest or ""] = value
    hints: dict[tuple[str, str], Hint] = {}
    for (root, event, _), fields in items.items():
        hint = _note(root, fields) if event == "note" else _record(root, event, fields)
        if hint:
            # Of several events of one record in a body the last one says whether it is there.
            hints[hint.entity, hint.source_id] = hint
    return list(hints.values())


def _record(root: str, event: str, fields: Mapping[str, str]) -> Hint | None:
    entity = _ENTITY_OF.get(root)
    if entity is None:
        return None
    if entity == "contacts" and fields.get("type") == "company":
        entity = "companies"
    number = fields.get(_ID_OF.get(entity, "id")) or fields.get("id", "")
    if not _USABLE_ID.match(number):
        return None
    return Hint(entity, number, event == "delete" and entity in _DISAPPEARS)


def _note(root: str, fields: Mapping[str, str]) -> Hint | None:
    """A note; its fields stand one level deeper (``leads[note][0][note][id]``) or not."""
    number = fields.get("note][id") or fields.get("id", "")
    parent = _ENTITY_OF.get(root)
    if parent not in _DISAPPEARS or not _USABLE_ID.match(number):
        return None
    if parent == "contacts" and "company" in (fields.get("type"), fields.get("note][type")):
        parent = "companies"
    return Hint("notes", f"{parent}:{number}")
