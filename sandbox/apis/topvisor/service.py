"""Methods of the rank tracker.

How sure each shape is: envelope, history and its parameters follow the vendor's OpenAPI and clients in use; the field
``volume:<region key>:<searcher key>:<type>`` with types 1, 2, 3, 5 and 6 is confirmed by the OpenAPI's list of types and by
several clients; the nesting ``searchers[].regions[]`` with ``index``, ``key``, ``name`` is what clients read, the rest of
its keys are named after the parameters of the method that edits them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.agency.model import Keyword, Project, Tenant, TrackedRegion
from sandbox.apis.jsonbody import load_object
from sandbox.guard import guarded, nginx_page
from sandbox.state import Sandbox

PROVIDER = "topvisor"
SEARCHER_KEYS = {"yandex": 0, "google": 1}
SEARCHER_NAMES = {0: "Yandex", 1: "Google"}
DEVICE_CODES = {"desktop": 0, "mobile": 2}
DEPTH_UNIT = {"yandex": 100, "google": 10}
VOLUME_TYPES = ("1", "2", "3", "5", "6")
KEYWORD_FIELDS = ("id", "name", "project_id", "group_id", "group_name", "target", "tags")
PROJECT_FIELDS = ("id", "name", "url", "site", "on", "date")
HISTORY_FIELDS = ("position", "relevant_url")
DEFAULT_DATES, MAX_DATES = 31, 31
DEFAULT_LIMIT, MAX_LIMIT = 1000, 10_000
LAST_TWO, LAST_OF_MONTH = 7, 5
AUTH_CODE, BAD_REQUEST_CODE, NOT_FOUND_CODE, WRONG_METHOD_CODE = 53, 2000, 404, 1003
BROKEN_KEYWORD_ID = 999_000_001


class TopvisorError(Exception):
    """An entry of ``errors``."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def _answer(**content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")


def _error(code: int, text: str) -> Response:
    return _answer(result=None, errors=[{"code": code, "string": text}])


class Topvisor:
    """The rank tracker of all accounts behind one address."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._methods: dict[str, Callable[[Tenant, dict[str, Any]], Response]] = {
            "get/projects_2/projects": self._projects,
            "get/keywords_2/keywords": self._keywords,
            "get/positions_2/history": self._history,
        }

    async def endpoint(self, request: Request) -> Response:
        """Answer ``POST /topvisor/v2/json/{operator}/{service}/{method}``."""
        body = await request.body()
        tenant = self._tenant(request)
        if tenant is None:
            return _error(AUTH_CODE, "Ошибка авторизации: неверный User-Id или ключ API")
        path: str = request.path_params["path"].strip("/")

        def refuse(status: int) -> Response:
            if status in (429, 503):
                return _error(
                    status, "Слишком много запросов" if status == 429 else "Сервис временно недоступен"
                )
            return nginx_page(status)

        def respond() -> Response:
            data = load_object(body or b"{}")
            method = self._methods.get(path)
            if data is None:
                return _error(BAD_REQUEST_CODE, "Тело запроса не является объектом JSON")
            if method is None:
                return _error(WRONG_METHOD_CODE, f"Метод {path} не найден")
            try:
                return method(tenant, data)
            except TopvisorError as error:
                return _error(error.code, str(error))

        fingerprint = f"{path} {body.decode(errors='replace')}"
        return await guarded(
            self._sandbox,
            request,
            PROVIDER,
            tenant.slug,
            fingerprint=fingerprint,
            respond=respond,
            refuse=refuse,
        )

    def _tenant(self, request: Request) -> Tenant | None:
        """Two headers, or one ``Bearer <user id>:<key>``."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        user_id = request.headers.get("user-id")
        if user_id is None and ":" in token:
            user_id, _, token = token.partition(":")
        if scheme.lower() != "bearer" or not token.startswith("topvisor-key-"):
            return None
        tenant = self._sandbox.tenants.get(token.removeprefix("topvisor-key-"))
        return tenant if tenant and str(tenant.account_number) == user_id else None

    def _projects(self, tenant: Tenant, data: dict[str, Any]) -> Response:
        fields = _fields(data, PROJECT_FIELDS, ("id", "name", "site"))
        wanted = _wanted_ids(data)
        projects = [p for p in tenant.projects if wanted is None or str(p.project_id) in wanted]
        rows = []
        for project in projects:
            values = {
                "id": project.project_id,
                "name": project.name,
                "url": project.site,
                "site": project.site,
                "on": 0,
                "date": tenant.born_at.strftime("%Y-%m-%d %H:%M:%S"),
            }
            row = {name: values[name] for name in fields}
            if data.get("show_searchers_and_regions"):
                row["searchers"] = _searchers(project)
            rows.append(row)
        return _paged(rows, data)

    def _keywords(self, tenant: Tenant, data: dict[str, Any]) -> Response:
        project = _project(tenant, data)
        names = [str(name) for name in data.get("fields") or ("id", "name")]
        wanted = _wanted_ids(data)
        rows = [
            {name: _keyword_field(project, keyword, name) for name in names}
            for keyword in project.keywords
            if wanted is None or str(keyword.keyword_id) in wanted
        ]
        return _paged(rows, data)

    def _history(self, tenant: Tenant, data: dict[str, Any]) -> Response:
        project = _project(tenant, data)
        regions = self._regions(project, data)
        today = self._sandbox.now.astimezone(ZoneInfo(tenant.time_zone)).date()
        exists = self._checked_days(project, regions, data, today)
        dates = _narrowed(exists, data)
        cell_fields = _fields(
            {"fields": data.get("history_fields") or data.get("positions_fields")},
            HISTORY_FIELDS,
            ("position",),
        )
        names = [str(name) for name in data.get("fields") or ("id", "name")]
        rows = []
        for keyword in project.keywords:
            row: dict[str, Any] = {name: _keyword_field(project, keyword, name) for name in names}
            row["positionsData"] = _cells(project, keyword, regions, dates, cell_fields)
            rows.append(row)
        if dates and regions and self._sandbox.breaks(tenant.slug, "bad_position"):
            rows.append(_broken_row(project, regions[0], dates[-1], names, cell_fields))
        limit, offset = _bounds(data)
        result: dict[str, Any] = {"keywords": rows[offset : offset + limit]}
        if data.get("show_headers"):
            result["headers"] = {"projectId": project.project_id, "dates": [day.isoformat() for day in dates]}
        if data.get("show_exists_dates"):
            result["existsDates"] = [day.isoformat() for day in exists]
        more = {"nextOffset": offset + limit} if offset + limit < len(rows) else {}
        return _answer(result=result, **more, total=len(rows))

    def _regions(self, project: Project, data: dict[str, Any]) -> list[TrackedRegion]:
        asked = data.get("regions_indexes")
        if not isinstance(asked, list) or not asked:
            raise TopvisorError(BAD_REQUEST_CODE, "Не задан параметр regions_indexes")
        known = {region.index: region for region in project.regions}
        try:
            return [known[int(index)] for index in asked]
        except (KeyError, TypeError, ValueError):
            raise TopvisorError(BAD_REQUEST_CODE, f"Нет региона с таким index: {asked}") from None

    def _checked_days(
        self, project: Project, regions: list[TrackedRegion], data: dict[str, Any], today: date
    ) -> list[date]:
        indexes = {region.index for region in regions}
        days = self._sandbox.cached((PROVIDER, project.project_id), lambda: _days_by_region(project))
        if data.get("dates"):
            asked = {_day(text) for text in data["dates"]}
            taken = {day for index in indexes for day in days.get(index, ()) if day in asked}
        else:
            first, last = _day(data.get("date1")), _day(data.get("date2"))
            taken = {day for index in indexes for day in days.get(index, ()) if first <= day <= last}
        return sorted(day for day in taken if day <= today)


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise TopvisorError(BAD_REQUEST_CODE, f"Неверная дата: {text}") from None


def _days_by_region(project: Project) -> dict[int, set[date]]:
    days: dict[int, set[date]] = {}
    for keyword in project.keywords:
        for index, day in keyword.checks:
            days.setdefault(index, set()).add(day)
    return days


def _narrowed(exists: list[date], data: dict[str, Any]) -> list[date]:
    """The dates an answer shows: by the kind of range, and never more than ``count_dates``, the latest."""
    kind = int(data.get("type_range", 2))
    dates = exists
    if kind == LAST_TWO:
        dates = exists[-2:]
    elif kind == LAST_OF_MONTH:
        dates = sorted({(day.year, day.month): day for day in exists}.values())
    count = min(int(data.get("count_dates") or DEFAULT_DATES), MAX_DATES)
    return dates[-count:]


def _cells(
    project: Project, keyword: Keyword, regions: list[TrackedRegion], dates: list[date], fields: list[str]
) -> dict[str, dict[str, str]]:
    cells = {}
    for region in regions:
        for day in dates:
            key = (region.index, day)
            if key not in keyword.checks:
                continue
            place = keyword.checks[key]
            values = {
                "position": "--" if place is None else str(place),
                "relevant_url": keyword.urls.get(key, ""),
            }
            name = f"{day.isoformat()}:{project.project_id}:{region.index}"
            cells[name] = {field: values[field] for field in fields}
    return cells


def _broken_row(
    project: Project, region: TrackedRegion, day: date, names: list[str], fields: list[str]
) -> dict[str, Any]:
    odd = Keyword(BROKEN_KEYWORD_ID, "битая позиция", 0, "", None)
    row: dict[str, Any] = {name: _keyword_field(project, odd, name) for name in names}
    values = {"position": "abc", "relevant_url": ""}
    key = f"{day.isoformat()}:{project.project_id}:{region.index}"
    row["positionsData"] = {key: {field: values[field] for field in fields}}
    return row


def _project(tenant: Tenant, data: dict[str, Any]) -> Project:
    asked = str(data.get("project_id", ""))
    found = next((project for project in tenant.projects if str(project.project_id) == asked), None)
    if found is None:
        raise TopvisorError(NOT_FOUND_CODE, f"Проект {asked or 'без project_id'} не найден")
    return found


def _searchers(project: Project) -> list[dict[str, Any]]:
    searchers: dict[int, list[dict[str, Any]]] = {}
    for region in project.regions:
        searchers.setdefault(SEARCHER_KEYS[region.engine], []).append(
            {
                "id": project.project_id * 100 + region.index,
                "index": region.index,
                "key": region.region_key,
                "name": region.region_name,
                "lang": "ru",
                "device": DEVICE_CODES[region.device],
                "depth": max(1, region.depth // DEPTH_UNIT[region.engine]),
                "enabled": 1,
            }
        )
    return [
        {"key": key, "searcher": key, "name": SEARCHER_NAMES[key], "enabled": 1, "regions": regions}
        for key, regions in sorted(searchers.items())
    ]


def _keyword_field(project: Project, keyword: Keyword, name: str) -> Any:
    parts = name.split(":")
    if parts[0] == "volume" and len(parts) == 4 and parts[3] in VOLUME_TYPES:
        return keyword.volume
    values = {
        "id": keyword.keyword_id,
        "name": keyword.text,
        "project_id": project.project_id,
        "group_id": keyword.group_id,
        "group_name": keyword.group_name,
        "target": "",
        "tags": "",
    }
    if name not in values:
        raise TopvisorError(BAD_REQUEST_CODE, f"Неизвестное поле {name}")
    return values[name]


def _fields(data: dict[str, Any], known: tuple[str, ...], default: tuple[str, ...]) -> list[str]:
    names = [str(name) for name in data.get("fields") or default]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise TopvisorError(BAD_REQUEST_CODE, f"Неизвестное поле {unknown[0]}")
    return names


def _wanted_ids(data: dict[str, Any]) -> set[str] | None:
    """Ids asked for by ``id`` or by a filter on id; None means all."""
    if data.get("id") is not None:
        given = data["id"]
        return {str(value) for value in given} if isinstance(given, list) else {str(given)}
    for condition in data.get("filters") or ():
        if condition.get("name") == "id" and condition.get("operator") in ("EQUALS", "IN"):
            return {str(value) for value in condition.get("values", ())}
    return None


def _bounds(data: dict[str, Any]) -> tuple[int, int]:
    limit, offset = data.get("limit") or DEFAULT_LIMIT, data.get("offset") or 0
    if not isinstance(limit, int) or not isinstance(offset, int) or limit < 1 or offset < 0:
        raise TopvisorError(BAD_REQUEST_CODE, "limit и offset должны быть целыми числами")
    return min(limit, MAX_LIMIT), offset


def _paged(rows: list[dict[str, Any]], data: dict[str, Any]) -> Response:
    limit, offset = _bounds(data)
    more = {"nextOffset": offset + limit} if offset + limit < len(rows) else {}
    return _answer(result=rows[offset : offset + limit], **more, total=len(rows))
