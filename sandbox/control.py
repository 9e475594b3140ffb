"""``/sandbox/*``: the switches of a test or a demonstration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.agency.truth import truth
from sandbox.apis.jsonbody import load_object
from sandbox.apis.uis.service import Uis
from sandbox.state import BROKEN_KINDS, Sandbox


def reply(data: Any, status: int = 200) -> Response:
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_INDENT_2
    return Response(orjson.dumps(data, default=str, option=options), status, media_type="application/json")


class BadOrderError(Exception):
    """A control request that cannot be followed."""


class Control:
    """Routes that change or read the sandbox itself; never part of any provider."""

    def __init__(self, sandbox: Sandbox, uis: Uis) -> None:
        self._sandbox = sandbox
        self._uis = uis

    def routes(self) -> list[Route]:
        table: list[tuple[str, str, Callable[[Request, dict[str, Any]], Any]]] = [
            ("/sandbox/faults", "GET", lambda _request, _data: self._sandbox.faults.list()),
            ("/sandbox/faults", "POST", lambda _request, data: self._sandbox.faults.add(data).as_dict()),
            ("/sandbox/faults", "DELETE", self._clear_faults),
            ("/sandbox/broken", "GET", self._list_broken),
            ("/sandbox/broken", "POST", self._set_broken),
            ("/sandbox/broken", "DELETE", self._clear_broken),
            ("/sandbox/clock", "GET", self._clock),
            ("/sandbox/clock", "POST", self._set_clock),
            ("/sandbox/truth", "GET", self._truth),
            ("/sandbox/requests", "GET", self._requests),
            ("/sandbox/requests", "DELETE", self._clear_requests),
            ("/sandbox/unblock", "POST", self._unblock),
            ("/sandbox/filters", "POST", self._filters),
            ("/sandbox/tokens", "POST", self._tokens),
            ("/sandbox/tokens", "DELETE", self._reset_tokens),
            ("/sandbox/limits", "POST", self._limits),
            ("/sandbox/writes", "DELETE", self._forget_writes),
            ("/sandbox/mango", "POST", self._mango),
            ("/sandbox/exchanges", "POST", self._deal_calls),
            ("/sandbox/exchanges", "DELETE", self._reset_exchanges),
            ("/sandbox/mail", "POST", self._mail),
            ("/sandbox/accounts", "GET", self._accounts),
        ]
        return [Route(path, self._wrap(handler), methods=[method]) for path, method, handler in table]

    def _wrap(self, handler: Callable[[Request, dict[str, Any]], Any]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            data = load_object(await request.body() or b"{}")
            if data is None:
                return reply({"error": "the body is not a JSON object"}, 422)
            try:
                return reply(handler(request, data))
            except (ValueError, TypeError, KeyError, BadOrderError) as error:
                return reply({"error": str(error)}, 422)

        return endpoint

    def _slug(self, value: Any) -> str:
        if value not in self._sandbox.tenants:
            raise BadOrderError(f"account {value!r} is none of {', '.join(self._sandbox.tenants)}")
        return str(value)

    def _clear_faults(self, _request: Request, _data: dict[str, Any]) -> Any:
        self._sandbox.faults.clear()
        return []

    def _list_broken(self, _request: Request, _data: dict[str, Any]) -> Any:
        return {slug: sorted(kinds) for slug, kinds in self._sandbox.broken.items() if kinds}

    def _set_broken(self, _request: Request, data: dict[str, Any]) -> Any:
        slug = self._slug(data.get("account"))
        kinds = data.get("kinds")
        self._sandbox.set_broken(slug, frozenset(BROKEN_KINDS if kinds is None else kinds))
        return {slug: sorted(self._sandbox.broken[slug])}

    def _clear_broken(self, _request: Request, _data: dict[str, Any]) -> Any:
        for slug in list(self._sandbox.broken):
            self._sandbox.set_broken(slug, frozenset())
        return {}

    def _clock(self, _request: Request, _data: dict[str, Any]) -> Any:
        return {"now": self._sandbox.now.isoformat(), "until": self._sandbox.until.isoformat()}

    def _set_clock(self, request: Request, data: dict[str, Any]) -> Any:
        self._sandbox.set_clock(datetime.fromisoformat(str(data.get("now"))))
        return self._clock(request, data)

    def _truth(self, request: Request, _data: dict[str, Any]) -> Any:
        asked = request.query_params.get("account")
        if asked:
            return truth(self._sandbox.tenants[self._slug(asked)], self._sandbox.now)
        return {slug: truth(tenant, self._sandbox.now) for slug, tenant in self._sandbox.tenants.items()}

    def _requests(self, request: Request, _data: dict[str, Any]) -> Any:
        params = request.query_params
        return self._sandbox.log.report(params.get("account"), params.get("provider"))

    def _clear_requests(self, _request: Request, _data: dict[str, Any]) -> Any:
        self._sandbox.log.clear()
        return []

    def _unblock(self, _request: Request, data: dict[str, Any]) -> Any:
        self._sandbox.limiter.unblock(data.get("account"))
        return {"unblocked": data.get("account") or "all"}

    def _filters(self, _request: Request, data: dict[str, Any]) -> Any:
        mode = data.get("mode")
        if mode not in (None, "paid", "ignored"):
            raise BadOrderError(f"mode {mode!r} is none of paid, ignored")
        slug = self._slug(data["account"]) if data.get("account") else None
        self._sandbox.set_filter_mode(slug, mode)
        return {name: self._sandbox.filter_mode(name) for name in self._sandbox.tenants}

    def _tokens(self, _request: Request, data: dict[str, Any]) -> Any:
        slug = self._slug(data.get("account"))
        if "lifetime_seconds" in data:
            seconds = data["lifetime_seconds"]
            self._sandbox.tokens.set_lifetime(slug, None if seconds is None else int(seconds))
        if data.get("revoke"):
            self._sandbox.tokens.revoke(slug, str(data["revoke"]))
        return {"account": slug}

    def _reset_tokens(self, request: Request, _data: dict[str, Any]) -> Any:
        asked = request.query_params.get("account")
        for slug in [self._slug(asked)] if asked else list(self._sandbox.tenants):
            self._sandbox.tokens.reset(slug)
        return {"account": asked or "all"}

    def _limits(self, _request: Request, data: dict[str, Any]) -> Any:
        limiter = self._sandbox.limiter
        if data.get("reset"):
            limiter.reset(self._sandbox.settings.rate_limit)
            self._sandbox.rate_limit_body = "text"
            self._uis.limit(None)
        if "per_second" in data:
            limiter.per_second = int(data["per_second"])
        if "block_after" in data:
            limiter.block_after = int(data["block_after"])
        if "body" in data:
            if data["body"] not in ("text", "json"):
                raise BadOrderError(f"body {data['body']!r} is none of text, json")
            self._sandbox.rate_limit_body = data["body"]
        if "uis_per_minute" in data:
            self._uis.limit(int(data["uis_per_minute"]))
        return {"per_second": limiter.per_second, "body": self._sandbox.rate_limit_body}

    def _forget_writes(self, _request: Request, _data: dict[str, Any]) -> Any:
        self._sandbox.writes.clear()
        self._sandbox.forget_cached()
        return []

    def _mango(self, _request: Request, data: dict[str, Any]) -> Any:
        self._sandbox.set_mango_offset(int(data.get("offset_hours", 0)))
        return {"offset_hours": self._sandbox.mango_offset_hours}

    def _deal_calls(self, _request: Request, data: dict[str, Any]) -> Any:
        self._sandbox.deal_calls(self._slug(data.get("account")), tuple(data.get("exchanges") or ()))
        return self._sandbox.exchanges

    def _reset_exchanges(self, _request: Request, _data: dict[str, Any]) -> Any:
        self._sandbox.deal_calls(None, ())
        return self._sandbox.exchanges

    def _mail(self, _request: Request, data: dict[str, Any]) -> Any:
        mails = self._sandbox.mails
        mails.behave(
            data.get("reject"), tuple(data.get("recipients") or ()), float(data.get("delay_seconds") or 0)
        )
        return {
            "reject": mails.reject,
            "recipients": mails.reject_recipients,
            "delay_seconds": mails.delay_seconds,
        }

    def _accounts(self, _request: Request, _data: dict[str, Any]) -> Any:
        return [
            {
                "account": slug,
                "name": tenant.name,
                "account_number": tenant.account_number,
                "time_zone": tenant.time_zone,
            }
            for slug, tenant in self._sandbox.tenants.items()
        ]
