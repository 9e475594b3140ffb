"""Yandex's own account of how sites were shown.

How sure each shape is: paths, indicators and the inner shape follow clients in use; ``count``, ``date_from`` and
``date_to`` around the queries are general knowledge. Days carry Moscow's ``+03:00``.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import unquote

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.agency.consoles import QueryDay, console_projects, query_days
from sandbox.agency.model import Tenant
from sandbox.guard import guarded
from sandbox.state import Sandbox

PROVIDER = "webmaster"
KEY = "webmaster-key-"
MOST_LIMIT = 500
DEVICES = {
    "ALL": ("DESKTOP", "MOBILE", "TABLET"),
    "DESKTOP": ("DESKTOP",),
    "MOBILE": ("MOBILE",),
    "TABLET": ("TABLET",),
    "MOBILE_AND_TABLET": ("MOBILE", "TABLET"),
}


def _answer(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


def _error(status: int, code: str, message: str) -> Response:
    return _answer({"error_code": code, "error_message": message}, status)


class Webmaster:
    """The sites of all accounts behind one address."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def endpoint(self, request: Request) -> Response:
        """Answer ``GET /webmaster/v4/{path}``."""
        tenant = self._tenant(request)
        if tenant is None:
            return _error(401, "INVALID_OAUTH_TOKEN", "The token is not valid")
        path = request.scope["raw_path"].decode().partition("/v4/")[2].strip("/")
        return await guarded(
            self._sandbox,
            request,
            PROVIDER,
            tenant.slug,
            fingerprint=str(request.url),
            respond=lambda: self._respond(tenant, path, request),
            refuse=lambda status: _error(
                status, "TOO_MANY_REQUESTS_ERROR" if status == 429 else "INTERNAL_ERROR", "Try again later"
            ),
        )

    def _tenant(self, request: Request) -> Tenant | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "oauth" or not token.startswith(KEY):
            return None
        return self._sandbox.tenants.get(token.removeprefix(KEY))

    def _respond(self, tenant: Tenant, path: str, request: Request) -> Response:
        if path == "user":
            return _answer({"user_id": tenant.account_number})
        mine = f"user/{tenant.account_number}/hosts"
        if not path.startswith(mine):
            return _error(403, "INVALID_USER_ID", "The user id is not that of the token")
        sites = {host_id(project.site): project.site for project in console_projects(tenant, "yandex")}
        rest = path.removeprefix(mine).strip("/")
        if not rest:
            return _answer({"hosts": [_host(site) for site in sites.values()] + [_foreign_host()]})
        return self._of_host(tenant, sites, rest, request)

    def _of_host(self, tenant: Tenant, sites: dict[str, str], rest: str, request: Request) -> Response:
        host, _, what = rest.partition("/")
        site = sites.get(unquote(host))
        if site is None:
            return _error(404, "HOST_NOT_VERIFIED", "The rights to the site are not confirmed")
        try:
            first = date.fromisoformat(request.query_params["date_from"])
            last = date.fromisoformat(request.query_params["date_to"])
        except (KeyError, ValueError):
            return _error(400, "FIELD_VALIDATION_ERROR", "date_from and date_to must be YYYY-MM-DD")
        rows = self._sandbox.cached(
            (PROVIDER, tenant.slug), lambda: query_days(tenant, "yandex", self._sandbox.now)
        )
        chosen = [row for row in rows if row.site == site and first <= row.day <= last]
        if what == "search-queries/all/history":
            return _answer(_history(chosen))
        if what == "search-queries/popular":
            return self._popular(tenant, chosen, first, last, request)
        return _error(404, "RESOURCE_NOT_FOUND", "No such resource")

    def _popular(
        self, tenant: Tenant, rows: list[QueryDay], first: date, last: date, request: Request
    ) -> Response:
        asked = request.query_params
        devices = DEVICES.get(asked.get("device_type_indicator", "ALL"))
        limit, offset = int(asked.get("limit", MOST_LIMIT)), int(asked.get("offset", 0))
        if devices is None or not 1 <= limit <= MOST_LIMIT:
            return _error(400, "FIELD_VALIDATION_ERROR", "device_type_indicator or limit is not allowed")
        grouped: dict[int, list[QueryDay]] = {}
        for row in rows:
            if row.device in devices:
                grouped.setdefault(row.keyword.keyword_id, []).append(row)
        queries = [_query(group, asked.getlist("query_indicator")) for group in grouped.values()]
        queries.sort(key=lambda query: query["query_id"])
        if queries and self._sandbox.breaks(tenant.slug, "bad_position"):
            queries.append(
                {"query_id": "bad", "query_text": "битая", "indicators": {"AVG_SHOW_POSITION": "abc"}}
            )
        page = queries[offset : offset + limit]
        return _answer(
            {
                "queries": page,
                "date_from": first.isoformat(),
                "date_to": last.isoformat(),
                "count": len(queries),
            }
        )


def host_id(site: str) -> str:
    """Webmaster's id of a site."""
    return f"https:{site}:443"


def _host(site: str) -> dict[str, Any]:
    url = f"https://{site}/"
    return {"host_id": host_id(site), "ascii_host_url": url, "unicode_host_url": url, "verified": True}


def _foreign_host() -> dict[str, Any]:
    return {**_host("unconfirmed.example"), "verified": False}


def _history(rows: list[QueryDay]) -> dict[str, Any]:
    shows: dict[date, int] = {}
    for row in rows:
        shows[row.day] = shows.get(row.day, 0) + row.impressions
    points = [{"date": f"{day}T00:00:00.000+03:00", "value": float(n)} for day, n in sorted(shows.items())]
    return {"indicators": {"TOTAL_SHOWS": points}}


def _query(rows: list[QueryDay], names: list[str]) -> dict[str, Any]:
    shows, clicks = sum(row.impressions for row in rows), sum(row.clicks for row in rows)
    position = sum(row.position * row.impressions for row in rows) / shows
    values = {
        "TOTAL_SHOWS": float(shows),
        "TOTAL_CLICKS": float(clicks),
        "AVG_SHOW_POSITION": position,
        "AVG_CLICK_POSITION": position if clicks else None,
    }
    keyword = rows[0].keyword
    return {
        "query_id": f"q{keyword.keyword_id}",
        "query_text": keyword.text,
        "indicators": {name: values[name] for name in names if name in values},
    }
