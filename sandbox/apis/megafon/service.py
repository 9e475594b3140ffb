"""MegaFon's CRM API: history by period as a bare array, and the employees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.agency.model import Call, Tenant
from sandbox.guard import guarded, nginx_page
from sandbox.state import Sandbox

PROVIDER = "megafon"
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
_STATUSES = {
    "operator_busy": "busy",
    "employee_busy": "busy",
    "sip_offline": "notavailable",
    "numa_in_black_list": "notallowed",
    "timeout": "noanswer",
    "no_success_operator_call": "noanswer",
}


def _answer(data: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(data), status, media_type="application/json")


class Megafon:
    """The exchange, an address for every account."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def endpoint(self, request: Request) -> Response:
        """Answer ``GET /megafon/{slug}/crmapi/v1/{path}``."""
        tenant = self._sandbox.tenants.get(request.path_params["slug"])
        if tenant is None or request.headers.get("x-api-key") != f"megafon-key-{tenant.slug}":
            return _answer({"error": "Unauthorized"}, 401)
        path: str = request.path_params["path"].strip("/")
        found = tenant

        def respond() -> Response:
            if path == "history/json":
                return self._history(found, request)
            return self._users(found) if path == "users" else nginx_page(404)

        return await guarded(
            self._sandbox,
            request,
            PROVIDER,
            tenant.slug,
            fingerprint=str(request.url),
            respond=respond,
            refuse=nginx_page,
        )

    def _history(self, tenant: Tenant, request: Request) -> Response:
        try:
            start, end = (_moment(request.query_params.get(name)) for name in ("start", "end"))
        except ValueError:
            return _answer({"error": "invalid period"}, 400)
        people = {user.employee_id: user for user in (*tenant.users, *tenant.former_users)}
        rows = []
        for call in self._sandbox.calls_of(tenant, PROVIDER):
            if start <= call.started_at <= end:
                person = people.get(call.employee_id) if call.employee_id is not None else None
                rows.append(
                    {
                        **_call(call),
                        "user": login(person.email) if person else "ivr",
                        "user_name": person.name if person else None,
                        "group_name": person.group_name if person else None,
                    }
                )
        if rows and self._sandbox.breaks(tenant.slug, "odd_call_rows"):
            rows += [{**rows[-1], "uid": "999", "duration": -15}, {**rows[-1], "uid": None}]
        return _answer(rows)

    def _users(self, tenant: Tenant) -> Response:
        there = [user for user in tenant.users if user.created_at <= self._sandbox.now]
        return _answer(
            {
                "items": [
                    {
                        "login": login(user.email),
                        "name": user.name,
                        "email": user.email,
                        "ext": user.extension,
                        "telnum": None,
                        "role": "admin" if user.is_admin else "user",
                    }
                    for user in there
                ]
            }
        )


def login(email: str) -> str:
    """The name before the @."""
    return email.partition("@")[0]


def _moment(text: str | None) -> datetime:
    return datetime.strptime(str(text), TIME_FORMAT).replace(tzinfo=UTC)


def _call(call: Call) -> dict[str, Any]:
    talked = call.talk_seconds > 0
    return {
        "uid": str(call.call_id),
        "type": call.direction,
        "status": "success" if talked else _STATUSES.get(call.finish_reason, "missed"),
        "client": call.client_number,
        "diversion": call.line_number,
        "start": call.started_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "wait": call.wait_seconds,
        "duration": call.talk_seconds,
        "record": f"https://vats.example/records/{call.call_id}.mp3" if talked else None,
        "missedStatus": None,
    }
