"""Google Sheets: cells by ``values:batchGet``, numbers as numbers and days as day numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from voronka.connectors.base import Finding
from voronka.connectors.http import AuthFlow, HttpClient, Reply, Request, Where, failure, judge_passing
from voronka.connectors.probing import clock_finding, failed
from voronka.connectors.sheets.grid import Grid
from voronka.connectors.sheets.layouts import Layout
from voronka.domain.errors import FeatureUnavailable, NotAuthorised, ShapeChanged, SourceError

SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
_NEW = "the API may have changed; report it with this message."


class BearerToken:
    """An OAuth access token with the scope ``spreadsheets.readonly``."""

    def __init__(self, token: str) -> None:
        self._token = token

    def flow(self, request: Request) -> AuthFlow:
        """Send the request with the token."""
        yield request.with_headers(Authorization=f"Bearer {self._token}")


class GoogleSheets:
    """Reads tabs of one spreadsheet.

    Args:
        names: tab by layout, where the settings name one; else the tab of the layout's title or entity name.
    """

    def __init__(
        self, http: HttpClient, auth: BearerToken, spreadsheet: str, names: dict[str, str], where: Where
    ) -> None:
        self._http = http
        self._auth = auth
        self._path = f"/v4/spreadsheets/{quote(spreadsheet, safe='')}"
        self._names = names
        self._where = where
        self._known_titles: list[str] | None = None

    def read(self, layout: Layout) -> Grid:
        """The tab of a layout, found by its name in any case."""
        if self._known_titles is None:  # asked for once: a load of all layouts has to stay under the quota
            self._known_titles, _ = self._titles()
        titles = self._known_titles
        title = self._tab(layout, titles)
        query = (
            ("ranges", "'" + title.replace("'", "''") + "'"),
            ("majorDimension", "ROWS"),
            ("valueRenderOption", "UNFORMATTED_VALUE"),
            ("dateTimeRenderOption", "SERIAL_NUMBER"),
        )
        answer = self._ask(f"{self._path}/values:batchGet", query).json()
        try:
            [values] = answer["valueRanges"]
            rows = values.get("values", [])
        except (AttributeError, KeyError, TypeError, ValueError):
            raise failure(ShapeChanged, "the answer has no valueRanges", self._where, _NEW) from None
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise failure(ShapeChanged, f"values of {title} are no rows", self._where, _NEW)
        return Grid(title, rows)

    def probe(self) -> list[Finding]:
        """Address, token, share of the spreadsheet, clock."""
        check = "Google Sheets answers and the spreadsheet can be read"
        try:
            titles, reply = self._titles()
        except SourceError as error:
            return [failed(check, error)]
        return [
            Finding(check, True, f"its sheets: {', '.join(titles)}"),
            clock_finding(reply, lambda: datetime.now(UTC)),
        ]

    def _titles(self) -> tuple[list[str], Reply]:
        reply = self._ask(self._path, (("fields", "sheets.properties"),))
        try:
            return [str(sheet["properties"]["title"]) for sheet in reply.json()["sheets"]], reply
        except (KeyError, TypeError):
            raise failure(ShapeChanged, "the answer names no sheets", self._where, _NEW) from None

    def _ask(self, path: str, query: tuple[tuple[str, str], ...]) -> Reply:
        return self._http.send(Request("GET", path, query=query), self._where, self._auth)

    def _tab(self, layout: Layout, titles: list[str]) -> str:
        named = self._names.get(layout.name)
        wanted = [named] if named else [layout.title, layout.name]
        known = {title.strip().lower(): title for title in reversed(titles)}
        for name in wanted:
            if name.strip().lower() in known:
                return known[name.strip().lower()]
        kind = ShapeChanged if named else FeatureUnavailable
        what = f"the spreadsheet has no sheet {' or '.join(wanted)}; it has: {', '.join(titles)}"
        raise failure(
            kind, what, self._where, f"rename the tab back, or set options.{layout.name} of this source."
        )


def judge_google(account_id: str, variable: str) -> Any:
    """The reading of an answer; ``variable`` is the environment variable of the token."""

    def judge(reply: Reply, where: Where) -> SourceError | None:
        if error := judge_passing(reply, where):
            return error
        if reply.status == HTTPStatus.OK:
            return None
        said = _message(reply)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            remedy = f"take a new access token and set {variable}."
            return failure(NotAuthorised, f"the token was refused ({said})", where, remedy)
        if reply.status == HTTPStatus.FORBIDDEN:
            return _forbidden(said, variable, where)
        if reply.status == HTTPStatus.NOT_FOUND:
            remedy = f"set options.spreadsheet of the sheets source of {account_id} to the id in its address."
            return failure(ShapeChanged, f"there is no such spreadsheet ({said})", where, remedy)
        return failure(ShapeChanged, f"the request was not taken ({reply.status}: {said})", where, _NEW)

    return judge


def _forbidden(said: str, variable: str, where: Where) -> SourceError:
    """A token without the right scope needs another token; otherwise the spreadsheet is not shared."""
    if "scope" in said.lower():
        remedy = f"take a token with the scope {SCOPE} and set {variable}."
        return failure(NotAuthorised, f"the token has not the right scope ({said})", where, remedy)
    remedy = "share the spreadsheet with the account of the token, for reading."
    return failure(NotAuthorised, f"the spreadsheet may not be read ({said})", where, remedy)


def _message(reply: Reply) -> str:
    body = reply.json() if reply.is_json else None
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("message")) if isinstance(error, dict) else reply.excerpt(80)
