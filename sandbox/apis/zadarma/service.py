"""Zadarma's statistics over the same calls, with its signature, its limits and its own way of seeing a call.

How sure each shape is: path, signature, parameters and row are those of the vendor's own client; ``UTC+3`` as the form of
the zone is seen in clients; every call has one leg. The statistics know neither the wait nor the agency's own line.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections import deque
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.agency.model import Call, Tenant
from sandbox.guard import guarded
from sandbox.state import Sandbox

PROVIDER = "zadarma"
KEY, SECRET = "zadarma-key-", "zadarma-secret-"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
LONGEST = timedelta(days=30)
MAX_LIMIT = 1000
MINUTE_LIMIT = 3_000
BROKEN_ID = "999000001.1"
DISPOSITIONS = {"operator_busy": "busy", "employee_busy": "busy", "max_in_call_reached": "line limit",
                "subscriber_disconnects": "cancel", "disconnect_before_call_processing": "cancel",
                "sip_offline": "failed", "no_active_scenario": "failed"}  # fmt: skip


def signature(path: str, parameters: dict[str, str], secret: str) -> str:
    """What the header must carry after the key."""
    query = urlencode(sorted(parameters.items()))
    text = path + query + hashlib.md5(query.encode(), usedforsecurity=False).hexdigest()
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


def _error(status: int, message: str) -> Response:
    return _answer({"status": "error", "message": message}, status)


class Zadarma:
    """The exchange of all accounts behind one address."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._asked: dict[str, deque[float]] = {}

    async def endpoint(self, request: Request) -> Response:
        """Answer ``GET /zadarma/v1/…``."""
        path = "/v1/" + request.path_params["path"]
        parameters = dict(request.query_params)
        key, _, given = request.headers.get("authorization", "").partition(":")
        slug = key.removeprefix(KEY)
        tenant = self._sandbox.tenants.get(slug) if key.startswith(KEY) else None
        if tenant is None or not hmac.compare_digest(given, signature(path, parameters, SECRET + slug)):
            return _error(401, "Not authorized")
        asked = self._asked.setdefault(slug, deque())
        while asked and asked[0] <= time.time() - 60:
            asked.popleft()

        def respond() -> Response:
            asked.append(time.time())
            response = self._respond(tenant, path, parameters)
            response.headers["X-RateLimit-Limit"] = str(MINUTE_LIMIT)
            response.headers["X-RateLimit-Remaining"] = str(max(0, MINUTE_LIMIT - len(asked)))
            response.headers["X-RateLimit-Reset"] = str(int(asked[0]) + 60)
            return response

        return await guarded(
            self._sandbox,
            request,
            PROVIDER,
            slug,
            fingerprint=f"{path}?{urlencode(sorted(parameters.items()))}",
            respond=respond,
            refuse=lambda status: _error(status, "You are exceeded the number of requests per minute"),
        )

    def _respond(self, tenant: Tenant, path: str, parameters: dict[str, str]) -> Response:
        if path == "/v1/info/timezone/":
            return self._time_zone(tenant)
        if path == "/v1/pbx/internal/":
            users = (*tenant.users, *tenant.former_users)
            numbers = sorted({user.extension for user in users if user.created_at <= self._sandbox.now})
            return _answer({"status": "success", "pbx_id": tenant.account_number, "numbers": numbers})
        if path == "/v1/statistics/pbx/":
            return self._statistics(tenant, parameters)
        return _error(404, "Not found")

    def _time_zone(self, tenant: Tenant) -> Response:
        now = self._sandbox.now.astimezone(ZoneInfo(tenant.time_zone))
        offset = now.strftime("%z")
        hours = f"UTC{offset[0]}{int(offset[1:3])}" + (f":{offset[3:]}" if offset[3:] != "00" else "")
        return _answer(
            {
                "status": "success",
                "unixtime": int(now.timestamp()),
                "datetime": now.strftime(TIME_FORMAT),
                "timezone": hours,
            }
        )

    def _statistics(self, tenant: Tenant, parameters: dict[str, str]) -> Response:
        try:
            start = datetime.strptime(parameters["start"], TIME_FORMAT)  # noqa: DTZ007 - local times
            end = datetime.strptime(parameters["end"], TIME_FORMAT)  # noqa: DTZ007 - local times
            skip, limit = int(parameters.get("skip", 0)), int(parameters.get("limit", MAX_LIMIT))
        except (KeyError, ValueError):
            return _error(400, "Wrong parameters")
        end = min(end, start + LONGEST)
        first, last = start.strftime(TIME_FORMAT), end.strftime(TIME_FORMAT)
        rows = self._sandbox.cached((PROVIDER, tenant.slug), lambda: self._rows(tenant))
        shown = [row for row in rows if first <= row["callstart"] <= last]
        return _answer(
            {
                "status": "success",
                "start": first,
                "end": last,
                "version": 2,
                "stats": shown[skip : skip + min(limit, MAX_LIMIT)],
            }
        )

    def _rows(self, tenant: Tenant) -> list[dict[str, Any]]:
        zone = ZoneInfo(tenant.time_zone)
        people = {user.employee_id: user.extension for user in (*tenant.users, *tenant.former_users)}
        rows = [
            leg
            for call in self._sandbox.calls_of(tenant, PROVIDER)
            for leg in _legs(call, people.get(call.employee_id or 0), zone)
        ]
        rows.sort(key=lambda row: (row["callstart"], row["call_id"]))
        if rows and self._sandbox.breaks(tenant.slug, "negative_duration_call"):
            rows.append({**rows[-1], "call_id": BROKEN_ID, "pbx_call_id": "in_broken", "seconds": -15})
        return rows


def _legs(call: Call, extension: str | None, zone: ZoneInfo) -> list[dict[str, Any]]:
    """One row, the whole call: who rang whom, and how long they talked."""
    client = call.client_number
    withheld = '"Anonymous" <anonymous>'
    number = f'"{client}" <{client}>' if client else withheld
    own = extension or call.line_number
    incoming = call.direction == "in"
    talked = call.talk_seconds > 0
    return [
        {
            "call_id": f"{int(call.started_at.timestamp())}.{call.call_id}",
            "sip": own,
            "callstart": call.started_at.astimezone(zone).strftime(TIME_FORMAT),
            "clid": number if incoming else f'"{own}" <{own}>',
            "destination": own if incoming else client or "",
            "disposition": "answered" if talked else DISPOSITIONS.get(call.finish_reason, "no answer"),
            "seconds": call.talk_seconds,
            "is_recorded": "true" if talked else "false",
            "pbx_call_id": f"{call.direction}_{call.call_id}",
        }
    ]
