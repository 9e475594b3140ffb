"""Spreadsheets as the values API gives them.

How sure each shape is: paths, parameters and answers follow the vendor's reference (``spreadsheets.get``, ``values.get``,
``values.batchGet``); trailing blank cells and rows are left out, and a blank range has no ``values``; days are counted from
30 December 1899, as spreadsheets count them. Ranges are a tab's name alone or with ``A1:Z500`` behind it, whose columns and
rows are not cut: a range that covers the sheet gives the sheet.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.agency.model import Tenant
from sandbox.agency.sheets import CONTRACTS, PLANS, Cell, Sheet, sheets
from sandbox.guard import guarded
from sandbox.state import Sandbox

PROVIDER = "sheets"
KEY, SPREADSHEET = "sheets-key-", "sheet-"
NARROW = "sheets-narrow-"
"""A token that lives, but was issued without the right to spreadsheets."""
EPOCH = date(1899, 12, 30)
STATUSES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
            429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 502: "UNAVAILABLE", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}  # fmt: skip
_RANGE = re.compile(r"(?:'((?:[^']|'')+)'|([^!']+))(?:!([A-Z]+\d*(?::[A-Z]+\d*)?))?")


def _answer(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


def _error(status: int, message: str) -> Response:
    return _answer({"error": {"code": status, "message": message, "status": STATUSES[status]}}, status)


class SheetsError(Exception):
    """A request the API refuses."""


class Sheets:
    """The spreadsheets of all accounts behind one address."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def endpoint(self, request: Request) -> Response:
        """Answer ``GET /sheets/v4/spreadsheets/{id}``, ``…/values/{range}`` and ``…/values:batchGet``."""
        if request.headers.get("authorization", "").startswith(f"Bearer {NARROW}"):
            return _error(403, "Request had insufficient authentication scopes.")
        tenant = self._tenant(request)
        if tenant is None:
            return _error(401, "Request had invalid authentication credentials.")
        path: str = request.path_params["path"]

        def respond() -> Response:
            spreadsheet, _, rest = path.partition("/")
            owner = self._sandbox.tenants.get(spreadsheet.removeprefix(SPREADSHEET))
            if owner is None or not spreadsheet.startswith(SPREADSHEET):
                return _error(404, "Requested entity was not found.")
            if owner is not tenant:
                return _error(403, "The caller does not have permission")
            try:
                return _answer(self._respond(tenant, spreadsheet, rest, request))
            except SheetsError as error:
                return _error(400, str(error))

        return await guarded(
            self._sandbox,
            request,
            PROVIDER,
            tenant.slug,
            fingerprint=str(request.url),
            respond=respond,
            refuse=lambda status: _error(
                status, "Quota exceeded" if status == 429 else "Internal error encountered."
            ),
        )

    def _tenant(self, request: Request) -> Tenant | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.startswith(KEY):
            return None
        return self._sandbox.tenants.get(token.removeprefix(KEY))

    def _respond(self, tenant: Tenant, spreadsheet: str, rest: str, request: Request) -> dict[str, Any]:
        tabs = self._tabs(tenant)
        if not rest:
            properties = [
                {"properties": {"sheetId": number, "title": title, "index": number, "sheetType": "GRID"}}
                for number, title in enumerate(tabs)
            ]
            return {"spreadsheetId": spreadsheet, "sheets": properties}
        if rest == "values:batchGet":
            ranges = request.query_params.getlist("ranges")
            found = [_values(tabs, name, request) for name in ranges]
            return {"spreadsheetId": spreadsheet, "valueRanges": found}
        if rest.startswith("values/"):
            return _values(tabs, rest.removeprefix("values/"), request)
        raise SheetsError(f"Unknown path {rest}")

    def _tabs(self, tenant: Tenant) -> dict[str, Sheet]:
        tabs = self._sandbox.cached((PROVIDER, tenant.slug), lambda: sheets(tenant, self._sandbox.now))
        if self._sandbox.breaks(tenant.slug, "missing_column"):
            tabs = {**tabs, CONTRACTS: [row[1:] for row in tabs[CONTRACTS]]}
        if self._sandbox.breaks(tenant.slug, "bad_cells"):
            return {**tabs, CONTRACTS: _spoilt_contracts(tabs[CONTRACTS]), PLANS: _spoilt_plans(tabs[PLANS])}
        return tabs


def _spoilt_contracts(sheet: Sheet) -> Sheet:
    """With rows below that people filled in wrongly."""
    good = dict(enumerate(sheet[1] if len(sheet) > 1 else [None] * len(sheet[0])))
    return [
        *sheet,
        [*{**good, 0: "bad-1", 3: "по запросу"}.values()],
        [*{**good, 0: "bad-2", 1: None, 5: "31.02.2026"}.values()],
    ]


def _spoilt_plans(sheet: Sheet) -> Sheet:
    return [*sheet, ["когда-нибудь", "Выручка", None, None, 5, None, 1]]


def _values(tabs: dict[str, Sheet], name: str, request: Request) -> dict[str, Any]:
    """One range, its trailing blanks left out."""
    match = _RANGE.fullmatch(name)
    title = (match[1].replace("''", "'") if match[1] else match[2]) if match else ""
    if title not in tabs:
        raise SheetsError(f"Unable to parse range: {name}")
    render = request.query_params.get("valueRenderOption", "FORMATTED_VALUE")
    rows = [_trimmed([_rendered(cell, render) for cell in row]) for row in tabs[title]]
    while rows and not rows[-1]:
        rows.pop()
    answer: dict[str, Any] = {"range": f"'{title}'!A1:Z{max(1000, len(rows))}", "majorDimension": "ROWS"}
    if rows:
        answer["values"] = rows
    return answer


def _trimmed(row: list[Any]) -> list[Any]:
    while row and row[-1] == "":
        row.pop()
    return row


def _rendered(cell: Cell, render: str) -> Any:
    """A cell as the API gives it: unformatted, or as a Russian sheet shows it."""
    if cell is None:
        return ""
    if render == "UNFORMATTED_VALUE":
        return (cell - EPOCH).days if isinstance(cell, date) else cell
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        text = f"{cell:,.2f}" if isinstance(cell, float) else f"{cell:,}"
        return text.replace(",", "\u00a0").replace(".", ",")
    return str(cell)
