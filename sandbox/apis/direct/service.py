"""The reports of Yandex Direct: a table at once, or a place in the queue first.

How sure each shape is: headers, statuses, error codes and the table follow the vendor's reference; the wording of errors
and that a name belongs to one set of parameters are general knowledge.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.agency.adverts import CampaignDay, campaign_days
from sandbox.agency.model import Tenant
from sandbox.apis.jsonbody import load_object
from sandbox.guard import guarded
from sandbox.state import Sandbox

PROVIDER = "direct"
KEY = "direct-key-"
ONLINE_DAYS = 31
"""In the mode ``auto`` a longer report waits in the queue."""
VAT = Decimal("1.20")
MICROS = 1_000_000
COLUMNS = {
    "Date": lambda row: row.day.isoformat(),
    "CampaignId": lambda row: str(row.campaign_id),
    "CampaignName": lambda row: row.campaign,
    "Impressions": lambda row: str(row.impressions),
    "Clicks": lambda row: str(row.clicks),
}


def _error(status: int, code: int, text: str, detail: str = "") -> Response:
    error = {"request_id": "1", "error_code": str(code), "error_string": text, "error_detail": detail}
    return Response(orjson.dumps({"error": error}), status, media_type="application/json")


class Direct:
    """The advertisers of all accounts behind one address."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._ordered: dict[tuple[str, str], bytes] = {}

    async def endpoint(self, request: Request) -> Response:
        """Answer ``POST /direct/json/v5/reports``."""
        body = await request.body()
        tenant = self._tenant(request)
        if tenant is None:
            return _error(400, 53, "Authorization error", "Invalid OAuth token")
        return await guarded(
            self._sandbox,
            request,
            PROVIDER,
            tenant.slug,
            fingerprint=body.decode(errors="replace"),
            respond=lambda: self._respond(tenant, request, body),
            refuse=lambda status: (
                _error(400, 56, "Requests limit exceeded")
                if status == 429
                else _error(status, 1000, "Server error")
            ),
        )

    def _tenant(self, request: Request) -> Tenant | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.startswith(KEY):
            return None
        return self._sandbox.tenants.get(token.removeprefix(KEY))

    def _respond(self, tenant: Tenant, request: Request, body: bytes) -> Response:
        params = (load_object(body) or {}).get("params") or {}
        name, period = params.get("ReportName"), params.get("SelectionCriteria") or {}
        fields = params.get("FieldNames") or []
        if not name or not set(fields) <= {*COLUMNS, "Cost"} or not {"DateFrom", "DateTo"} <= set(period):
            return _error(400, 8000, "Bad request", "ReportName, FieldNames or SelectionCriteria is wrong")
        first, last = date.fromisoformat(period["DateFrom"]), date.fromisoformat(period["DateTo"])
        key, mode = (tenant.slug, str(name)), request.headers.get("processingMode", "auto")
        if self._ordered.get(key, body) != body:
            return _error(400, 4000, "Bad parameters", "There is a report of this name with other parameters")
        if key not in self._ordered:
            self._ordered[key] = body
            if mode == "offline" or (mode == "auto" and (last - first).days >= ONLINE_DAYS):
                return Response(b"", 201, headers={"retryIn": "1"})
        return self._table(tenant, request, fields, params, (first, last))

    def _table(
        self,
        tenant: Tenant,
        request: Request,
        fields: list[str],
        params: dict[str, Any],
        period: tuple[date, date],
    ) -> Response:
        known = self._sandbox.cached(
            (PROVIDER, tenant.slug), lambda: campaign_days(tenant, self._sandbox.now)
        )
        micros = request.headers.get("returnMoneyInMicros") != "false"
        with_vat = params.get("IncludeVAT") == "YES"
        columns = {**COLUMNS, "Cost": lambda row: _cost(row, with_vat, micros)}
        lines = [
            "\t".join(columns[field](row) for field in fields)
            for row in known
            if period[0] <= row.day <= period[1]
        ]
        if lines and self._sandbox.breaks(tenant.slug, "bad_position"):
            lines.append(
                "\t".join("abc" if field == "Cost" else columns[field](known[0]) for field in fields)
            )
        headings = ("skipReportHeader", f'"{params["ReportName"]}"'), ("skipColumnHeader", "\t".join(fields))
        head = [text for header, text in headings if request.headers.get(header) != "true"]
        total = [] if request.headers.get("skipReportSummary") == "true" else [f"Total rows: {len(lines)}"]
        text = "".join(f"{line}\n" for line in [*head, *lines, *total])
        return Response(text.encode(), 200, media_type="text/tab-separated-values")


def _cost(row: CampaignDay, with_vat: bool, micros: bool) -> str:
    cost = row.cost if with_vat else (row.cost / VAT).quantize(Decimal("0.01"))
    return str(int(cost * MICROS)) if micros else str(cost)
