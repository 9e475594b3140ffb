"""JSON-RPC methods of the Data API. Errors come with HTTP 200; ``error.data.mnemonic`` says what happened."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.agency.model import Tenant
from sandbox.apis.jsonbody import load_object
from sandbox.apis.uis.filters import BadParameterError, check_fields, compile_filter, sort_records
from sandbox.apis.uis.records import (
    ACCOUNT_FIELDS,
    CALL_FIELDS,
    DEFAULT_CALL_FIELDS,
    EMPLOYEE_FIELDS,
    LEG_FIELDS,
    NUMBER_FIELDS,
    SORTABLE_CALL_FIELDS,
    TIME_FORMAT,
    CallRecords,
    account_json,
    employee_json,
)
from sandbox.guard import guarded, nginx_page
from sandbox.state import Sandbox

PROVIDER = "uis"
DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET = 1000, 10_000, 100_000
MAX_INTERVAL_DAYS = 92
MINUTE_LIMIT, DAY_LIMIT = 3_000, 500_000
BROKEN_CALL_ID = 999_000_001
AUTH, LIMIT, PARAMETERS, NOTIFICATION, PARSE, METHOD = -32001, -32029, -32602, -32099, -32700, -32601


class RpcError(Exception):
    """An answer with ``error``."""

    def __init__(self, code: int, mnemonic: str, message: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.mnemonic = mnemonic
        self.params = params or {}


@dataclass(slots=True)
class Points:
    """What is left of an account's points: each successful call costs one."""

    minute_limit: int = MINUTE_LIMIT
    day_limit: int = DAY_LIMIT
    spent: deque[float] = field(default_factory=deque)
    day: int = 0
    day_spent: int = 0

    def state(self) -> dict[str, int]:
        now = time.time()
        while self.spent and self.spent[0] <= now - 60:
            self.spent.popleft()
        if self.day != int(now // 86_400):
            self.day, self.day_spent = int(now // 86_400), 0
        return {
            "day_limit": self.day_limit,
            "day_remaining": max(0, self.day_limit - self.day_spent),
            "day_reset": 86_400 - int(now % 86_400),
            "minute_limit": self.minute_limit,
            "minute_remaining": max(0, self.minute_limit - len(self.spent)),
            "minute_reset": int(60 - (now - self.spent[0])) if self.spent else 60,
        }

    def charge(self) -> None:
        self.spent.append(time.time())
        self.day_spent += 1


def _answer(rpc_id: Any, **content: Any) -> Response:
    return Response(orjson.dumps({"jsonrpc": "2.0", "id": rpc_id, **content}), media_type="application/json")


def _error(rpc_id: Any, error: RpcError, limits: dict[str, int] | None = None) -> Response:
    metadata = {"limits": limits} if limits else {}
    data = {"mnemonic": error.mnemonic, "params": error.params, "metadata": metadata}
    return _answer(rpc_id, error={"code": error.code, "message": str(error), "data": data})


class Uis:
    """The exchange of all accounts behind one address."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._points: dict[str, Points] = {}
        self._minute_limit = MINUTE_LIMIT
        self._methods: dict[str, Callable[[Tenant, dict[str, Any]], dict[str, Any]]] = {
            "get.account": lambda tenant, params: self._list([account_json(tenant)], params, ACCOUNT_FIELDS),
            "get.employees": self._employees,
            "get.virtual_numbers": self._virtual_numbers,
            "get.calls_report": self._calls,
            "get.call_legs_report": self._legs,
        }

    def limit(self, per_minute: int | None) -> None:
        """Change how many points a minute every account has; None is the usual number."""
        self._minute_limit = MINUTE_LIMIT if per_minute is None else per_minute

    async def endpoint(self, request: Request) -> Response:
        """Answer ``POST /uis/v2.0``."""
        body = await request.body()
        call = load_object(body)
        if call is None:
            batch = body.lstrip().startswith(b"[")
            message = "Batch requests are not supported" if batch else "Parse error"
            return _error(None, RpcError(PARSE, "parse_error", message))
        rpc_id = call.get("id")
        if rpc_id is None:
            return _error(
                None, RpcError(NOTIFICATION, "notifications_not_supported", "Notifications are not supported")
            )
        params = call.get("params")
        tenant = self._tenant(params)
        if tenant is None or not isinstance(params, dict):
            return _error(rpc_id, RpcError(AUTH, "access_token_invalid", "Access token is invalid"))
        points = self._points.setdefault(tenant.slug, Points())
        points.minute_limit = self._minute_limit

        def refuse(status: int) -> Response:
            if status == 429:
                return _error(
                    rpc_id,
                    RpcError(LIMIT, "limit_exceeded", "Limit per minute has been exceeded"),
                    points.state(),
                )
            return nginx_page(status)

        def respond() -> Response:
            return self._call(tenant, rpc_id, str(call.get("method")), params, points)

        fingerprint = orjson.dumps({**call, "id": None}, option=orjson.OPT_SORT_KEYS).decode()
        return await guarded(
            self._sandbox,
            request,
            PROVIDER,
            tenant.slug,
            fingerprint=fingerprint,
            respond=respond,
            refuse=refuse,
        )

    def _tenant(self, params: Any) -> Tenant | None:
        key = str(params.get("access_token", "")) if isinstance(params, dict) else ""
        return self._sandbox.tenants.get(key.removeprefix("uis-key-")) if key.startswith("uis-key-") else None

    def _call(
        self, tenant: Tenant, rpc_id: Any, method: str, params: dict[str, Any], points: Points
    ) -> Response:
        run = self._methods.get(method)
        try:
            if run is None:
                raise RpcError(METHOD, "method_not_found", f"Method {method} is not found")
            state = points.state()
            if not state["minute_remaining"] or not state["day_remaining"]:
                period = "day" if not state["day_remaining"] else "minute"
                self._sandbox.log.of(tenant.slug, PROVIDER).rate_limited += 1
                raise RpcError(LIMIT, "limit_exceeded", f"Limit per {period} has been exceeded")
            result = run(tenant, params)
        except BadParameterError as bad:
            return _error(rpc_id, RpcError(PARAMETERS, bad.mnemonic, str(bad), bad.params))
        except RpcError as error:
            return _error(rpc_id, error, points.state() if error.code == LIMIT else None)
        points.charge()
        result["metadata"]["limits"] = points.state()
        return _answer(rpc_id, result=result)

    def _list(
        self,
        records: list[dict[str, Any]],
        params: dict[str, Any],
        known: tuple[str, ...],
        *,
        default: tuple[str, ...] | None = None,
        sortable: tuple[str, ...] | None = None,
    ) -> dict[str, Any]:
        """A page of records: all ``known`` fields may be asked for, ``default`` ones come unasked."""
        fields = params.get("fields")
        if fields is not None:
            if not isinstance(fields, list) or not fields:
                raise BadParameterError("invalid_parameter_value", "fields must be a list of names")
            check_fields(fields, known, "fields")
        limit, offset = _bounds(params)
        if params.get("filter"):
            test = compile_filter(params["filter"], known)
            records = [record for record in records if test(record)]
        if params.get("sort"):
            records = sort_records(records, params["sort"], sortable or known)
        shown = tuple(fields) if fields is not None else default or known
        page = [{name: record[name] for name in shown} for record in records[offset : offset + limit]]
        return {"data": page, "metadata": {"total_items": len(records)}}

    def _employees(self, tenant: Tenant, params: dict[str, Any]) -> dict[str, Any]:
        users = sorted(tenant.users, key=lambda user: user.employee_id)
        visible = [user for user in users if user.created_at <= self._sandbox.now]
        return self._list([employee_json(user) for user in visible], params, EMPLOYEE_FIELDS)

    def _virtual_numbers(self, tenant: Tenant, params: dict[str, Any]) -> dict[str, Any]:
        lines = sorted({call.line_number for call in self._sandbox.calls_of(tenant, PROVIDER)})
        activated = CallRecords(tenant).local(tenant.born_at)
        return self._list(
            [
                {
                    "id": number,
                    "virtual_phone_number": line,
                    "status": "active",
                    "type": "external",
                    "activation_date": activated,
                }
                for number, line in enumerate(lines, 1)
            ],
            params,
            NUMBER_FIELDS,
        )

    def _calls(self, tenant: Tenant, params: dict[str, Any]) -> dict[str, Any]:
        records = self._sandbox.cached((PROVIDER, "calls", tenant.slug), lambda: self._call_records(tenant))
        shown = _between(records, params)
        return self._list(
            shown, params, CALL_FIELDS, default=DEFAULT_CALL_FIELDS, sortable=SORTABLE_CALL_FIELDS
        )

    def _call_records(self, tenant: Tenant) -> list[dict[str, Any]]:
        renderer = CallRecords(tenant)
        records = [renderer.call(call) for call in self._sandbox.calls_of(tenant, PROVIDER)]
        if records and self._sandbox.breaks(tenant.slug, "negative_duration_call"):
            odd = {
                **records[-1],
                "id": BROKEN_CALL_ID,
                "communication_id": BROKEN_CALL_ID,
                "talk_duration": -15,
            }
            records.append({**odd, "clean_talk_duration": -15, "total_duration": -15})
        records.sort(key=lambda record: (record["start_time"], record["id"]))
        return records

    def _legs(self, tenant: Tenant, params: dict[str, Any]) -> dict[str, Any]:
        renderer = CallRecords(tenant)
        records = self._sandbox.cached(
            (PROVIDER, "legs", tenant.slug),
            lambda: [leg for call in self._sandbox.calls_of(tenant, PROVIDER) for leg in renderer.legs(call)],
        )
        return self._list(_between(records, params), params, LEG_FIELDS, sortable=("id", "start_time"))


def _bounds(params: dict[str, Any]) -> tuple[int, int]:
    limit, offset = params.get("limit", DEFAULT_LIMIT), params.get("offset", 0)
    for name, value, low, high in (("limit", limit, 1, MAX_LIMIT), ("offset", offset, 0, MAX_OFFSET)):
        if not isinstance(value, int) or not low <= value <= high:
            raise BadParameterError(
                "invalid_parameter_value",
                f"{name} must be a whole number from {low} to {high}",
                {"field": name},
            )
    return limit, offset


def _time(params: dict[str, Any], name: str) -> datetime:
    if name not in params:
        raise BadParameterError("required_parameter_missed", f"{name} is required", {"field": name})
    try:
        return datetime.strptime(str(params[name]), TIME_FORMAT)  # noqa: DTZ007 - the API's times have no zone
    except ValueError:
        message = f"{name} must look like 2026-01-31 23:59:59"
        raise BadParameterError("invalid_parameter_value", message, {"field": name}) from None


def _between(records: list[dict[str, Any]], params: dict[str, Any]) -> list[dict[str, Any]]:
    start, end = _time(params, "date_from"), _time(params, "date_till")
    if (end - start).days > MAX_INTERVAL_DAYS:
        raise RpcError(PARAMETERS, "date_interval_limit_reached", "The interval must not exceed 3 months")
    first, last = start.strftime(TIME_FORMAT), end.strftime(TIME_FORMAT)
    return [record for record in records if first <= record["start_time"] <= last]
