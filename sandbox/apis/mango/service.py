"""The VPBX API: signed forms, statistics that are asked for and fetched later.

How sure each shape is: transport, signature, basic statistics and users follow the vendor's own document; the nesting of
the extended statistics is what one client and one summary of the newer document show.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.agency.model import Tenant
from sandbox.apis.jsonbody import load_object
from sandbox.apis.mango.records import HOUR, CallRows, user_json
from sandbox.guard import guarded, nginx_page
from sandbox.state import Sandbox

PROVIDER = "mango"
FIELDS = (
    "records", "start", "finish", "answer", "from_extension", "from_number", "to_extension", "to_number",
    "disconnect_reason", "line_number", "location",
)  # fmt: skip
KNOWN_FIELDS = (*FIELDS, "entry_id")
LONGEST_SECONDS = 31 * 86_400
LIMITS = (1, 5, 10, 20, 50, 100, 500, 1000, 2000, 5000)
TIME_FORMAT = "%d.%m.%Y %H:%M:%S"
BAD_COMMAND, BAD_SIGN, MISSING, BAD_FORMAT, BAD_KEY = 3100, 3102, 3103, 3104, 3105


class MangoError(Exception):
    """A refusal with a code of the service."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


def _answer(data: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(data), status, media_type="application/json")


def _error(code: int) -> Response:
    return _answer({"code": code}, 420)


class Mango:
    """The exchange of all accounts behind one address."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._polls = Counter[str]()
        self._methods: dict[str, Callable[[Tenant, dict[str, Any]], Response]] = {
            "stats/request": self._ask_basic,
            "stats/result": self._basic,
            "stats/calls/request": self._ask_extended,
            "stats/calls/result": self._extended,
            "config/users/request": self._users,
        }

    async def endpoint(self, request: Request) -> Response:
        """Answer ``POST /mango/vpbx/{path}`` with the fields vpbx_api_key, sign and json."""
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        key, text = form.get("vpbx_api_key", ""), form.get("json", "")
        slug = key.removeprefix("mango-key-")
        tenant = self._sandbox.tenants.get(slug) if key.startswith("mango-key-") else None
        if tenant is None:
            return _error(BAD_KEY)
        if form.get("sign") != hashlib.sha256(f"{key}{text}mango-salt-{slug}".encode()).hexdigest():
            return _error(BAD_SIGN)
        path: str = request.path_params["path"].strip("/")

        def refuse(status: int) -> Response:
            return (
                Response("Rate limit exceeded", status, media_type="text/plain")
                if status == 429
                else nginx_page(status)
            )

        def respond() -> Response:
            method, data = self._methods.get(path), load_object(text.encode())
            try:
                if data is None:
                    raise MangoError(BAD_FORMAT)
                return method(tenant, data) if method else nginx_page(404)
            except MangoError as error:
                return _error(error.code)

        return await guarded(
            self._sandbox,
            request,
            PROVIDER,
            tenant.slug,
            fingerprint=f"{path} {text}",
            respond=respond,
            refuse=refuse,
        )

    def _ask_basic(self, tenant: Tenant, data: dict[str, Any]) -> Response:
        fields = data.get("fields", list(FIELDS))
        if not isinstance(fields, list) or not set(fields) <= set(KNOWN_FIELDS):
            raise MangoError(BAD_COMMAND)
        start, end = _seconds(data, "date_from"), _seconds(data, "date_to")
        if not 0 <= end - start <= LONGEST_SECONDS:
            raise MangoError(BAD_FORMAT)
        return self._ticket(tenant, "basic", {"start": start, "end": end, "fields": fields})

    def _ask_extended(self, tenant: Tenant, data: dict[str, Any]) -> Response:
        limit, offset = data.get("limit"), data.get("offset")
        if limit not in LIMITS or not isinstance(offset, int) or offset < 0:
            raise MangoError(BAD_FORMAT)
        start, end = _local(data, "start_date"), _local(data, "end_date")
        return self._ticket(
            tenant, "extended", {"start": start, "end": end, "limit": limit, "offset": offset}
        )

    def _ticket(self, tenant: Tenant, report: str, order: dict[str, Any]) -> Response:
        text = orjson.dumps({"account": tenant.slug, "report": report, **order})
        return _answer({"key": base64.b64encode(text).decode()})

    def _order(self, tenant: Tenant, report: str, data: dict[str, Any]) -> dict[str, Any] | None:
        """What a key stands for; None for another account's or no key at all."""
        try:
            order = load_object(base64.b64decode(str(data.get("key"))))
        except ValueError:
            return None
        known = order is not None and (order.get("account"), order.get("report")) == (tenant.slug, report)
        return order if known else None

    def _is_ready(self, data: dict[str, Any]) -> bool:
        """A result is ready at the second look."""
        self._polls[str(data["key"])] += 1
        return self._polls[str(data["key"])] % 2 == 0

    def _basic(self, tenant: Tenant, data: dict[str, Any]) -> Response:
        order = self._order(tenant, "basic", data)
        if order is None:
            return Response(status_code=404)
        if not self._is_ready(data):
            return Response(status_code=204)
        rows = self._sandbox.cached((PROVIDER, "rows", tenant.slug), lambda: self._rows(tenant))
        inside = [row for row in rows if order["start"] <= int(row["start"]) <= order["end"]]
        lines = [";".join(row[name] for name in order["fields"]) for row in inside]
        if inside and self._sandbox.breaks(tenant.slug, "odd_call_rows"):
            backwards = {**inside[-1], "entry_id": "999", "finish": str(int(inside[-1]["start"]) - 15)}
            lines += ["[];1", ";".join(backwards[name] for name in order["fields"])]
        return Response("\n".join(lines), media_type="text/csv; charset=utf-8")

    def _rows(self, tenant: Tenant) -> list[dict[str, str]]:
        renderer = CallRows(tenant, self._sandbox.mango_offset_hours)
        return [row for call in self._sandbox.calls_of(tenant, PROVIDER) for row in renderer.rows(call)]

    def _extended(self, tenant: Tenant, data: dict[str, Any]) -> Response:
        order = self._order(tenant, "extended", data)
        if order is None:
            return _answer({"result": 1000, "status": "not-found", "data": []})
        if not self._is_ready(data):
            return _answer({"result": 1000, "status": "work", "data": []})
        renderer = CallRows(tenant, 0)
        inside = [
            call
            for call in self._sandbox.calls_of(tenant, PROVIDER)
            if order["start"] <= call.started_at.timestamp() <= order["end"]
        ]
        page = inside[order["offset"] : order["offset"] + order["limit"]]
        contexts = [renderer.context(call) for call in page]
        return _answer({"result": 1000, "status": "complete", "data": [{"list": contexts}]})

    def _users(self, tenant: Tenant, _data: dict[str, Any]) -> Response:
        there = [user for user in tenant.users if user.created_at <= self._sandbox.now]
        return _answer({"users": [user_json(tenant, user) for user in there]})


def _seconds(data: dict[str, Any], name: str) -> int:
    if name not in data:
        raise MangoError(MISSING)
    try:
        return int(data[name])
    except (TypeError, ValueError):
        raise MangoError(BAD_FORMAT) from None


def _local(data: dict[str, Any], name: str) -> int:
    """A Moscow time as Unix seconds: the service's own zone, as it seems."""
    try:
        naive = datetime.strptime(str(data.get(name)), TIME_FORMAT)  # noqa: DTZ007 - Moscow keeps UTC+3
    except ValueError:
        raise MangoError(BAD_FORMAT) from None
    return int(naive.replace(tzinfo=UTC).timestamp()) - 3 * HOUR
