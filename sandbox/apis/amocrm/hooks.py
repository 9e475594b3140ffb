"""Webhooks of the CRM: who subscribed, and sending them.

Nothing in the simulation happens by itself while it is watched, so webhooks are sent on order
(``POST /sandbox/hooks``): for the latest changes of an account, or for named records.
"""

from __future__ import annotations

import asyncio
import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.agency.model import Tenant
from sandbox.apis.amocrm import answers
from sandbox.apis.amocrm.listing import Row
from sandbox.apis.amocrm.view import AccountView
from sandbox.apis.jsonbody import load_object
from sandbox.state import Sandbox

PATIENCE_SECONDS = 2.0
MOST_BAD_ANSWERS = 100
MOST_SUBSCRIPTIONS = 100
BAD_WINDOW_SECONDS = 7200
ROOTS = {
    "leads": "leads",
    "contacts": "contacts",
    "companies": "contacts",
    "customers": "customers",
    "tasks": "task",
}
RENAMED = {"created_by": "created_user_id", "updated_by": "modified_user_id"}
PLAIN = (
    "id", "name", "status_id", "price", "responsible_user_id", "pipeline_id", "account_id", "created_at",
    "updated_at", "created_by", "updated_by",
)  # fmt: skip


@dataclass(slots=True)
class Subscription:
    """One address; ``bad`` are the moments of bad answers."""

    number: int
    destination: str
    settings: list[str]
    made_at: int
    disabled: bool = False
    bad: list[float] = field(default_factory=list)

    def as_json(self, tenant: Tenant) -> dict[str, Any]:
        return {
            "id": self.number,
            "destination": self.destination,
            "created_at": self.made_at,
            "updated_at": self.made_at,
            "account_id": tenant.account_number,
            "created_by": tenant.users[0].user_id,
            "sort": 1,
            "disabled": self.disabled,
            "settings": self.settings,
        }


class Hooks:
    """Subscriptions of all accounts, and the sender."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._of: dict[str, dict[str, Subscription]] = {}
        self._numbers = 839_000
        self.most_bad = MOST_BAD_ANSWERS

    def routes(self) -> list[Route]:
        return [
            Route("/sandbox/hooks", self._order, methods=["POST"]),
            Route("/sandbox/hooks", self._forget, methods=["DELETE"]),
        ]

    def answer(self, tenant: Tenant, method: str, body: bytes, address: str) -> Response:
        """``/api/v4/webhooks``."""
        mine = self._of.setdefault(tenant.slug, {})
        if method == "GET":
            return answers.whole("webhooks", [s.as_json(tenant) for s in mine.values()], address)
        data = load_object(body) or {}
        destination = data.get("destination")
        if not isinstance(destination, str) or not destination.startswith("http"):
            return answers.problem(400, "Request validation failed")
        if method == "DELETE":
            return answers.nothing() if mine.pop(destination, None) else answers.problem(404, "Not found")
        if method != "POST":
            return answers.problem(405, "Method not allowed")
        if destination not in mine and len(mine) >= MOST_SUBSCRIPTIONS:
            return answers.problem(400, "Too many webhooks")
        self._numbers += 1
        made = Subscription(
            self._numbers, destination, list(data.get("settings") or []), int(self._sandbox.now.timestamp())
        )
        mine[destination] = made
        return answers.hal(made.as_json(tenant), 201)

    async def _forget(self, _request: Request) -> Response:
        self._of.clear()
        self.most_bad = MOST_BAD_ANSWERS
        return Response(b"{}", media_type="application/json")

    async def _order(self, request: Request) -> Response:
        """Send: ``account``, ``entity``, ``event``, and ``ids`` or ``last``; answers what came of each."""
        data = load_object(await request.body()) or {}
        tenant = self._sandbox.tenants.get(str(data.get("account")))
        entity, event = str(data.get("entity", "leads")), str(data.get("event", "update"))
        if tenant is None or entity not in ROOTS:
            return Response(b'{"error": "no such account or entity"}', 422, media_type="application/json")
        self.most_bad = int(data.get("disable_after", self.most_bad))
        base = f"http://{request.headers.get('host', 'sandbox')}/amocrm/{tenant.slug}/api/v4"
        bodies = [
            encode(tenant, entity, event, row, base)
            for row in self._rows(tenant, base, entity, data.get("ids"), int(data.get("last", 1)))
        ]
        sent: list[Any] = []
        for body in bodies:
            for subscription in list(self._of.get(tenant.slug, {}).values()):
                if not subscription.disabled:
                    sent.append(await self._send(subscription, body))
        return Response(orjson.dumps({"sent": sent}), media_type="application/json")

    def _rows(self, tenant: Tenant, base: str, entity: str, ids: Any, last: int) -> list[dict[str, Any]]:
        listing = AccountView(self._sandbox, tenant, base).listing(entity)
        rows: list[Row] = list(listing.rows) if listing else []
        if ids is None:
            chosen = sorted(rows, key=lambda row: row.updated_at)[-last:]
            return [orjson.loads(row.body(frozenset())) for row in chosen]
        known = {str(row.row_id): row for row in rows}
        return [orjson.loads(known[str(i)].body(frozenset())) if str(i) in known else {"id": i} for i in ids]

    async def _send(self, subscription: Subscription, body: bytes) -> dict[str, Any]:
        started = time.monotonic()
        status = await asyncio.to_thread(_post, subscription.destination, body)
        if not 100 <= status < 300:
            subscription.bad = [
                moment for moment in subscription.bad if moment > started - BAD_WINDOW_SECONDS
            ] + [started]
            subscription.disabled = len(subscription.bad) > self.most_bad
        return {
            "status": status,
            "seconds": round(time.monotonic() - started, 3),
            "disabled": subscription.disabled,
        }


def encode(tenant: Tenant, entity: str, event: str, row: dict[str, Any], base: str) -> bytes:
    """The form of one webhook: nested keys as PHP writes them, every value a text, legacy names."""
    head = f"{ROOTS[entity]}[{event}][0]"
    pairs: list[tuple[str, str]] = [(f"{head}[id]", str(row["id"]))]
    if event != "delete":
        pairs += [
            (f"{head}[{RENAMED.get(name, name)}]", str(row[name]))
            for name in PLAIN[1:]
            if row.get(name) is not None
        ]
        pairs += _fields(head, row.get("custom_fields_values") or [])
    if ROOTS[entity] == "contacts":
        pairs.append((f"{head}[type]", "company" if entity == "companies" else "contact"))
    pairs += [
        ("account[subdomain]", tenant.slug),
        ("account[id]", str(tenant.account_number)),
        ("account[_links][self]", base.removesuffix("/api/v4")),
    ]
    return urlencode(pairs).encode()


def _fields(head: str, fields: list[dict[str, Any]]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for place, one in enumerate(fields):
        at = f"{head}[custom_fields][{place}]"
        pairs += [(f"{at}[id]", str(one["field_id"])), (f"{at}[name]", str(one["field_name"]))]
        for number, value in enumerate(one["values"]):
            key = f"{at}[values][{number}]"
            if one["field_type"] in ("date", "date_time", "birthday"):
                pairs.append((key, str(value["value"])))
                continue
            pairs.append((f"{key}[value]", str(value["value"])))
            if value.get("enum_id"):
                pairs.append((f"{key}[enum]", str(value["enum_id"])))
    return pairs


def _post(destination: str, body: bytes) -> int:
    """The answer's status; 0 when none came in time."""
    request = urllib.request.Request(  # noqa: S310 - subscriptions begin with http
        destination, body, {"Content-Type": "application/x-www-form-urlencoded"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, http.client.HTTPException):
        return 0
