"""What clients changed in the CRM, laid over the simulation: patched leads, contacts, companies; tasks, notes, calls."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import orjson
from starlette.responses import Response

from sandbox.agency.model import Tenant
from sandbox.apis.amocrm import answers
from sandbox.apis.amocrm.listing import Listing, Row, plain_row
from sandbox.apis.amocrm.records import link

PATCHED = ("leads", "contacts", "companies", "customers")
FIRST_MADE_ID = 970_000_000
FIRST_TAG_ID = 8_000_000
MOST = 250
DIRECTIONS = {"inbound": "call_in", "outbound": "call_out"}
DIGITS = 10


@dataclass(slots=True)
class Change:
    """What was changed of one record, by the latest request."""

    values: dict[str, Any] = field(default_factory=dict)
    fields: dict[int, dict[str, Any]] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    updated_at: int = 0


class Writes:
    """Changes of every account; their times are real ones or the simulation's now, whichever is given."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str, str], Change] = defaultdict(Change)
        self._made: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self._numbers = itertools.count(FIRST_MADE_ID)

    def clear(self) -> None:
        self._changes.clear()
        self._made.clear()

    def overlay(self, slug: str, name: str, listing: Listing) -> Listing:
        """The listing as it is after the changes."""
        if not self._changes and not self._made:
            return listing
        rows = [self._changed(slug, name, row) for row in listing.rows]
        made = [_row(item) for item in self._made.get((slug, name), ())]
        return replace(listing, rows=rows + made)

    def _changed(self, slug: str, name: str, row: Row) -> Row:
        change = self._changes.get((slug, name, str(row.row_id)))
        if change is None:
            return row
        return Row(
            row.row_id,
            row.created_at,
            change.updated_at,
            row.facts | change.values,
            partial(_render, row, change),
            row.custom,
        )

    def answer(
        self, tenant: Tenant, view: Any, method: str, path: str, *, body: bytes, now: int
    ) -> Response | None:
        """The answer to a write; None when there is no such address."""
        parent, _, rest = path.partition("/")
        if method == "PATCH" and path in PATCHED:
            handle = partial(self._patch, tenant, view, path, now)
        elif method == "POST" and (path in ("tasks", "calls") or (parent in PATCHED and rest == "notes")):
            handle = partial(self._create, tenant, view, path, now)
        else:
            return None
        try:
            items = orjson.loads(body)
        except orjson.JSONDecodeError:
            items = None
        if not isinstance(items, list) or not 1 <= len(items) <= MOST:
            return answers.problem(400, "Request validation failed")
        numbered = [{"request_id": str(i)} | item for i, item in enumerate(items)]
        wrong = [error for item in numbered if (error := _wrong(tenant, view, path, item))]
        if wrong:
            return answers.problem(400, "Request validation failed", **{"validation-errors": wrong})
        return handle(numbered)

    def _patch(self, tenant: Tenant, view: Any, path: str, now: int, items: list[dict[str, Any]]) -> Response:
        done = []
        for item in items:
            change = self._changes[tenant.slug, path, str(item["id"])]
            change.values |= {
                k: item[k]
                for k in ("responsible_user_id", "pipeline_id", "status_id", "name", "price")
                if k in item
            }
            for one in item.get("custom_fields_values") or ():
                change.fields[one["field_id"]] = one
            change.tags += [tag["name"] for tag in item.get("tags_to_add") or ()]
            change.updated_at = now
            done.append({"id": item["id"], "updated_at": now, "request_id": item["request_id"]})
        return answers.hal({"_links": {"self": {"href": f"{view.base}/{path}"}}, "_embedded": {path: done}})

    def _create(
        self, tenant: Tenant, view: Any, path: str, now: int, items: list[dict[str, Any]]
    ) -> Response:
        key = path.rpartition("/")[2]
        done, errors = [], []
        for item in items:
            place, record = _record(tenant, view, path, item, now=now, number=next(self._numbers))
            if record is None:
                errors.append({"request_id": item["request_id"], "title": "Entity not found", "status": 400})
                continue
            self._made[tenant.slug, place].append(record)
            done.append(
                {"id": record["id"], "entity_id": record["entity_id"], "request_id": item["request_id"]}
            )
        extra = {"_total_items": len(done), "errors": errors} if path == "calls" else {}
        return answers.hal({**extra, "_embedded": {key: done}})


def _wrong(tenant: Tenant, view: Any, path: str, item: dict[str, Any]) -> dict[str, Any] | None:
    """What amoCRM would say of one item; None when it is sound."""
    needed = {
        "tasks": ("text", "complete_till"),
        "calls": ("direction", "duration", "source", "phone"),
        "notes": ("entity_id", "note_type"),
    }.get(path.rpartition("/")[2], ("id",))
    missing = [name for name in needed if name not in item]
    if missing:
        return _error(item, "FieldMissing", missing[0], "This field is missing.")
    known = {user.user_id for user in tenant.users}
    if item.get("responsible_user_id", next(iter(known))) not in known:
        return _error(
            item, "NotSupportedChoice", "responsible_user_id", "The value you selected is not a valid choice."
        )
    if path in PATCHED and view.listing(path).by_id(str(item["id"])) is None:
        return _error(item, "NotFound", "id", "Element not found.")
    return None


def _error(item: dict[str, Any], code: str, path: str, detail: str) -> dict[str, Any]:
    return {"request_id": item["request_id"], "errors": [{"code": code, "path": path, "detail": detail}]}


def _record(
    tenant: Tenant, view: Any, path: str, item: dict[str, Any], *, now: int, number: int
) -> tuple[str, dict[str, Any] | None]:
    """(collection, what is made there), or None when a call's number belongs to nobody."""
    owner = item.get("responsible_user_id") or tenant.users[0].user_id
    record = {
        "id": number, "created_by": owner, "updated_by": owner, "created_at": now, "updated_at": now,
        "responsible_user_id": owner, "group_id": 0, "account_id": tenant.account_number,
    }  # fmt: skip
    if path == "tasks":
        more = {k: item.get(k) for k in ("entity_id", "entity_type", "text", "complete_till")}
        kind = {
            "task_type_id": item.get("task_type_id", 1),
            "is_completed": False,
            "result": [],
            "duration": 0,
        }
        return path, record | more | kind | {"_links": link(view.base, path, number)}
    if path != "calls":
        more = {k: item.get(k) for k in ("entity_id", "note_type", "params")}
        return path, record | more | {"_links": link(view.base, f"{path}", number)}
    contact = _owner_of(view, str(item["phone"]))
    if contact is None:
        return "contacts/notes", None
    params = {
        k: item.get(k) for k in ("uniq", "duration", "source", "link", "phone", "call_result", "call_status")
    }
    more = {"entity_id": contact, "note_type": DIRECTIONS[item["direction"]], "params": params}
    return "contacts/notes", record | more | {"_links": link(view.base, "contacts/notes", number)}


def _owner_of(view: Any, phone: str) -> int | None:
    """The contact with this number, by its last ten digits."""
    wanted = "".join(filter(str.isdigit, phone))[-DIGITS:]
    for contact in view.snapshot.contacts:
        if any("".join(filter(str.isdigit, str(known)))[-DIGITS:] == wanted for known in contact.phones):
            return int(contact.contact_id)
    return None


def _row(item: dict[str, Any]) -> Row:
    facts = {
        k: item.get(k)
        for k in ("entity_id", "entity_type", "note_type", "responsible_user_id", "task_type_id")
    }
    return plain_row(item["id"], item["created_at"], item["updated_at"], facts, partial(dict, item))


def _render(row: Row, change: Change, withs: frozenset[str]) -> dict[str, Any]:
    shown = orjson.loads(orjson.dumps(row.render(withs)))
    shown |= change.values | {"updated_at": change.updated_at}
    if change.fields:
        kept = [f for f in shown.get("custom_fields_values") or [] if f["field_id"] not in change.fields]
        known = {f["field_id"]: f for f in shown.get("custom_fields_values") or []}
        shown["custom_fields_values"] = kept + [
            {"field_name": "", "field_code": None, "field_type": "text"} | known.get(number, {}) | given
            for number, given in change.fields.items()
        ]
    if change.tags:
        tags = shown["_embedded"]["tags"]
        have = {tag["name"] for tag in tags}
        tags += [
            {"id": FIRST_TAG_ID + n, "name": name, "color": None}
            for n, name in enumerate(dict.fromkeys(change.tags))
            if name not in have
        ]
    return dict(shown)
