"""The second rank tracker.

How sure each shape is: the parameters of positions and the wording of 401, 403 and 429 follow the vendor's descriptions; the
paths below ``/sites`` and the nested answer with ``pos: 0`` for "not found" are remembered from the older API. Both the
older addresses and the same below ``/v1`` are answered.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.agency.consoles import also_tracked, second_checks, some_keywords
from sandbox.agency.history import last_check_day
from sandbox.agency.model import Project, Tenant, TrackedRegion
from sandbox.guard import guarded
from sandbox.state import Sandbox

PROVIDER = "seranking"
KEY = "seranking-key-"
ENGINE_NAMES = {"yandex": "Yandex", "google": "Google"}
BROKEN_KEYWORD_ID = 999_000_002
ID_SHIFT = 600_000
"""Another service numbers the same sites differently."""


def _answer(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


def _error(status: int, message: str) -> Response:
    return _answer({"error": {"code": status, "message": message}}, status)


class SeRanking:
    """The tracker of all accounts behind one address."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def endpoint(self, request: Request) -> Response:
        """Answer ``GET /seranking/v1/{path}`` and ``GET /seranking/{path}``."""
        tenant = self._tenant(request)
        if tenant is None:
            return _error(401, "Invalid API key")
        path: str = request.path_params["path"].removeprefix("v1/").strip("/")
        return await guarded(
            self._sandbox,
            request,
            PROVIDER,
            tenant.slug,
            fingerprint=str(request.url),
            respond=lambda: self._respond(tenant, path, request),
            refuse=lambda status: _error(
                status, "Too many requests" if status == 429 else "The service is not available"
            ),
        )

    def _tenant(self, request: Request) -> Tenant | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "token" or not token.startswith(KEY):
            return None
        return self._sandbox.tenants.get(token.removeprefix(KEY))

    def _respond(self, tenant: Tenant, path: str, request: Request) -> Response:
        projects = {_site_id(project): project for project in also_tracked(tenant)}
        if path == "system/search-engines":
            return _answer([_search_engine(r) for p in projects.values() for r in p.regions])
        if path == "sites":
            return _answer([_site(project) for project in projects.values()])
        head, _, rest = path.partition("/")
        site, _, what = rest.partition("/")
        project = projects.get(site)
        if head != "sites" or project is None:
            return _error(404, "Not found")
        if what == "positions":
            return self._positions(tenant, project, request)
        lists = {
            "search-engines": [_engine(project, region) for region in project.regions],
            "keywords": [_keyword_row(keyword) for keyword in some_keywords(project)],
        }
        return _answer(lists[what]) if what in lists else _error(404, "Not found")

    def _positions(self, tenant: Tenant, project: Project, request: Request) -> Response:
        try:
            first = date.fromisoformat(request.query_params["date_from"])
            last = date.fromisoformat(request.query_params["date_to"])
        except (KeyError, ValueError):
            return _error(400, "date_from and date_to must be YYYY-MM-DD")
        last_day = last_check_day(tenant, self._sandbox.now)
        engines: dict[int, dict[int, dict[str, Any]]] = {region.index: {} for region in project.regions}
        for region, keyword, day, place in second_checks(project, min(last, last_day)):
            if day < first:
                continue
            row = engines[region.index].setdefault(
                keyword.keyword_id,
                {**_keyword_row(keyword), "volume": keyword.volume, "positions": [], "landing_pages": []},
            )
            row["positions"].append({"date": day.isoformat(), "pos": place or 0, "change": 0, "price": 0})
            url = keyword.urls.get((region.index, day))
            if url and request.query_params.get("with_landing_pages") == "1":
                row["landing_pages"].append({"date": day.isoformat(), "url": url})
        answer = [
            {"site_engine_id": index, "keywords": list(rows.values())} for index, rows in engines.items()
        ]
        if answer and self._sandbox.breaks(tenant.slug, "bad_position"):
            broken = {"date": min(last, last_day).isoformat(), "pos": "abc"}
            answer[0]["keywords"].append(
                {"id": BROKEN_KEYWORD_ID, "name": "битая позиция", "positions": [broken]}
            )
        return _answer(answer)


def _site_id(project: Project) -> str:
    return str(project.project_id + ID_SHIFT)


def _search_engine_id(region: TrackedRegion) -> int:
    return region.region_key * 10 + (1 if region.device == "mobile" else 0)


def _search_engine(region: TrackedRegion) -> dict[str, Any]:
    mobile = " Mobile" if region.device == "mobile" else ""
    return {
        "id": _search_engine_id(region),
        "name": f"{ENGINE_NAMES[region.engine]}{mobile} {region.region_name}",
        "type": region.engine,
    }


def _site(project: Project) -> dict[str, Any]:
    return {"id": int(_site_id(project)), "title": project.name, "name": project.site, "is_active": 1}


def _engine(project: Project, region: TrackedRegion) -> dict[str, Any]:
    return {
        "site_engine_id": region.index,
        "search_engine_id": _search_engine_id(region),
        "region_id": region.region_key,
        "region_name": region.region_name,
        "lang_code": "ru",
        "keyword_count": len(some_keywords(project)),
    }


def _keyword_row(keyword: Any) -> dict[str, Any]:
    return {"id": keyword.keyword_id, "name": keyword.text, "group_id": keyword.group_id}
