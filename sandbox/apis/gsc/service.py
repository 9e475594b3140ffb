"""Google's own account of how sites were shown.

How sure each shape is: body, rows and the absent ``rows`` follow the vendor's reference; days are Pacific.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.agency.consoles import QueryDay, console_projects, query_days
from sandbox.agency.model import Tenant
from sandbox.apis.jsonbody import load_object
from sandbox.guard import guarded
from sandbox.state import Sandbox

PROVIDER = "gsc"
KEY = "gsc-key-"
COUNTRIES = {"RU": "rus", "KZ": "kaz"}
DEFAULT_LIMIT, MOST_LIMIT = 1000, 25_000


def _answer(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


def _error(status: int, reason: str, message: str) -> Response:
    errors = [{"domain": "global", "reason": reason, "message": message}]
    return _answer({"error": {"code": status, "message": message, "errors": errors}}, status)


class Gsc:
    """The properties of all accounts behind one address."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def endpoint(self, request: Request) -> Response:
        """Answer ``/gsc/webmasters/v3/sites`` and ``…/{siteUrl}/searchAnalytics/query``."""
        body = await request.body()
        tenant = self._tenant(request)
        if tenant is None:
            return _error(401, "authError", "Invalid Credentials")
        path = request.scope["raw_path"].decode().partition("/v3/sites")[2].strip("/")
        return await guarded(
            self._sandbox,
            request,
            PROVIDER,
            tenant.slug,
            fingerprint=f"{path} {body.decode(errors='replace')}",
            respond=lambda: self._respond(tenant, path, body),
            refuse=lambda status: _error(status, "backendError", "Try again later"),
        )

    def _tenant(self, request: Request) -> Tenant | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.startswith(KEY):
            return None
        return self._sandbox.tenants.get(token.removeprefix(KEY))

    def _respond(self, tenant: Tenant, path: str, body: bytes) -> Response:
        sites = {f"sc-domain:{project.site}": project.site for project in console_projects(tenant, "google")}
        if not path:
            entries = [{"siteUrl": url, "permissionLevel": "siteRestrictedUser"} for url in sites]
            entries.append(
                {"siteUrl": "https://unverified.example/", "permissionLevel": "siteUnverifiedUser"}
            )
            return _answer({"siteEntry": entries})
        site = sites.get(unquote(path.partition("/")[0]))
        if site is None:
            return _error(403, "forbidden", "User does not have sufficient permission for site")
        asked = load_object(body) or {}
        names, limit = asked.get("dimensions") or [], int(asked.get("rowLimit", DEFAULT_LIMIT))
        if not 1 <= limit <= MOST_LIMIT:
            return _error(400, "invalidParameter", "rowLimit is out of range")
        start = int(asked.get("startRow", 0))
        rows = self._rows(tenant, site, asked, names)[start : start + limit]
        return _answer({**({"rows": rows} if rows else {}), "responseAggregationType": "byProperty"})

    def _rows(
        self, tenant: Tenant, site: str, asked: dict[str, Any], names: list[str]
    ) -> list[dict[str, Any]]:
        known = self._sandbox.cached(
            (PROVIDER, tenant.slug), lambda: query_days(tenant, "google", self._sandbox.now)
        )
        grouped: dict[tuple[str, ...], list[QueryDay]] = {}
        for row in known:
            if row.site == site and asked["startDate"] <= row.day.isoformat() <= asked["endDate"]:
                values = {
                    "date": row.day.isoformat(),
                    "query": row.keyword.text,
                    "device": row.device,
                    "country": COUNTRIES.get(tenant.country, "zzz"),
                    "page": row.url,
                }
                grouped.setdefault(tuple(values[name] for name in names), []).append(row)
        rows = [_row(keys, group) for keys, group in grouped.items()]
        if rows and names != ["date"] and self._sandbox.breaks(tenant.slug, "bad_position"):
            rows.append({**rows[0], "keys": ["битая", *rows[0]["keys"][1:]], "position": "abc"})
        return rows


def _row(keys: tuple[str, ...], group: list[QueryDay]) -> dict[str, Any]:
    impressions, clicks = sum(row.impressions for row in group), sum(row.clicks for row in group)
    return {
        "keys": list(keys),
        "clicks": clicks,
        "impressions": impressions,
        "ctr": clicks / impressions,
        "position": sum(row.position * row.impressions for row in group) / impressions,
    }
