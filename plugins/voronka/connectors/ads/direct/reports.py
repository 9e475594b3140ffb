"""Reports of Yandex Direct: ordered, waited for in the provider's queue, and read as a table."""

from __future__ import annotations

import hashlib
from datetime import date
from http import HTTPStatus
from typing import Any

import orjson

from voronka.connectors.http import Auth, HttpClient, Reply, Request, Where, failure, judge_passing
from voronka.domain.errors import NotAuthorised, RateLimited, ShapeChanged, SourceError, SourceUnavailable

PATH = "/json/v5/reports"
FIELDS = ("Date", "CampaignId", "CampaignName", "Impressions", "Clicks", "Cost")
TOTAL = "Total rows: "
PATIENCE_SECONDS = 900.0
"""A report that is still building after this is left to the task's own retry, which finds it where it was."""
DEFAULT_WAIT_SECONDS = 10.0

REFUSED = frozenset({53, 54, 58, 513})
"""Token refused; no rights; application not admitted; login not connected to Direct."""
FAILED = frozenset({52, 1000, 1001, 1002})
WAITS: dict[int, float] = {56: 10.0, 506: 5.0, 9000: 60.0, 152: 3600.0}
"""Requests too often; too many at once; the queue of reports is full; no units left until the next hour."""
ASK_ANEW = (
    "get a new token for an application that Direct has admitted, from a user who may see the advertiser, and name"
    " the advertiser's login in client_login where an agency asks; see docs/sources/direct.md."
)
PASSING = "nothing for now, the load is tried again by itself; if it lasts, ask for less by rate_per_second."


class TooLong(SourceUnavailable):
    """The report takes the provider too long; a shorter one may not."""


def judge_direct(reply: Reply, where: Where) -> SourceError | None:
    """Which error an answer is; the provider's code decides where there is one."""
    told = _error_of(reply)
    code, words = _code(told), f"{told.get('error_string', '')}: {told.get('error_detail', '')}"
    if code in REFUSED:
        return failure(NotAuthorised, f"the credential was refused ({code}: {words})", where, ASK_ANEW)
    if code in WAITS:
        return failure(
            RateLimited, f"a limit of the provider was hit ({code}: {words})", where, PASSING, WAITS[code]
        )
    if reply.status == HTTPStatus.BAD_GATEWAY:
        return failure(TooLong, "the provider gave up on the report (502)", where, PASSING)
    if code in FAILED:
        return failure(SourceUnavailable, f"the provider failed ({code}: {words})", where, PASSING)
    if reply.status in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED):
        return _judge_table(reply, where) if reply.status == HTTPStatus.OK else None
    return judge_passing(reply, where) or failure(
        ShapeChanged,
        f"the request was not taken ({reply.status}, {code}: {words})",
        where,
        "report it with this message; the API may have changed.",
    )


def _judge_table(reply: Reply, where: Where) -> SourceError | None:
    """A table ends with the number of its rows: a page of a proxy and half a table do not."""
    lines = reply.content.decode("utf-8", errors="replace").splitlines()
    if not lines or lines[-1] != f"{TOTAL}{len(lines) - 2}":
        what = f"the answer is not a whole table ({len(reply.content)} bytes)"
        return failure(SourceUnavailable, what, where, PASSING)
    if tuple(lines[0].split("\t")) != FIELDS:
        remedy = "report it with this message; the API may have changed."
        return failure(ShapeChanged, f"the columns are {lines[0]!r}, expected {FIELDS}", where, remedy)
    return None


def _error_of(reply: Reply) -> dict[str, Any]:
    if not reply.is_json:
        return {}
    body = reply.json()
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _code(error: dict[str, Any]) -> int | None:
    code = str(error.get("error_code", ""))
    return int(code) if code.isdigit() else None


class Reports:
    """Orders reports of campaigns by day.

    Args:
        mode: auto, online or offline; who decides whether a report waits in the queue.
        with_vat: whether costs are asked for with VAT.
        client_login: the advertiser, where an agency asks.
    """

    def __init__(self, http: HttpClient, auth: Auth, *, mode: str, with_vat: bool, client_login: str) -> None:
        self.with_vat = with_vat
        self._http = http
        self._auth = auth
        self._headers = {
            "Accept-Language": "en",
            "processingMode": mode,
            "returnMoneyInMicros": "false",
            "skipReportHeader": "true",
            **({"Client-Login": client_login} if client_login else {}),
        }

    def read(self, first: date, last: date, where: Where) -> Reply:
        """The report over these days, both inclusive, once the provider has built it.

        Raises:
            SourceError: of the kind the answer means.
        """
        request = Request("POST", PATH, body=self._order(first, last, where), headers=self._headers)
        waited = 0.0
        while True:
            reply = self._http.send(request, where, self._auth)
            if reply.status == HTTPStatus.OK:
                return reply
            pause = _retry_in(reply)
            waited += pause
            if waited > PATIENCE_SECONDS:
                what = f"the report still waits in the provider's queue after {PATIENCE_SECONDS:.0f} s"
                raise failure(RateLimited, what, where, PASSING, DEFAULT_WAIT_SECONDS)
            self._http.sleep(pause)

    def _order(self, first: date, last: date, where: Where) -> dict[str, Any]:
        params: dict[str, Any] = {
            "SelectionCriteria": {"DateFrom": first.isoformat(), "DateTo": last.isoformat()},
            "FieldNames": list(FIELDS),
            "OrderBy": [{"Field": "Date"}],
            "ReportType": "CAMPAIGN_PERFORMANCE_REPORT",
            "DateRangeType": "CUSTOM_DATE",
            "Format": "TSV",
            "IncludeVAT": "YES" if self.with_vat else "NO",
            "IncludeDiscount": "NO",
        }
        # The name is a report's identity for hours: another window must not get the figures of an earlier one, while
        # the same load, tried again, must find what it ordered.
        digest = hashlib.sha256(orjson.dumps([params, str(where)])).hexdigest()[:16]
        return {"params": {**params, "ReportName": f"voronka {first} {last} {digest}"}}


def _retry_in(reply: Reply) -> float:
    text = reply.headers.get("retryIn", "")
    return max(1.0, float(text)) if text.isdigit() else DEFAULT_WAIT_SECONDS
