"""Mango Office as a connector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

from voronka.connectors.base import Entity, Finding, Page, Record, Rejection
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Reply, Where, failure
from voronka.connectors.pages import Seen, page_of
from voronka.connectors.probing import clock_finding, failed
from voronka.connectors.rows import REPORT, Unusable, require_object
from voronka.connectors.telephony.mango.basic import FIELDS, LegReader
from voronka.connectors.telephony.mango.client import MangoClient
from voronka.connectors.telephony.mango.extended import contexts, parse_context
from voronka.connectors.telephony.mango.offset import offset_finding
from voronka.domain import clock
from voronka.domain.errors import ShapeChanged, SourceError, SourceUnavailable
from voronka.domain.windows import Window

Report = Literal["basic", "extended"]
LONGEST_WINDOW = timedelta(days=28)
"""The service takes at most a month; February is the shortest."""
LATE_SECONDS = 3 * 86_400
"""Recordings and durations of a call appear up to days after it."""
LIMITS = (1, 5, 10, 20, 50, 100, 500, 1000, 2000, 5000)
DEFAULT_LIMIT = 1000
MOSCOW = timezone(timedelta(hours=3))
SLACK = timedelta(hours=3)
"""The zone of the extended report's bounds is not documented: it is asked for more, and the rest is left out here."""
BASIC = ("/stats/request", "/stats/result")
EXTENDED = ("/stats/calls/request", "/stats/calls/result")
USERS = Entity("users", "full")
LEGS = Entity("legs", "window", partitioned=True, overlap_seconds=LATE_SECONDS)
CONTEXTS = Entity("contexts", "window", partitioned=True, overlap_seconds=LATE_SECONDS)
ENTITIES: dict[str, Entity] = {entity.name: entity for entity in (USERS, LEGS, CONTEXTS)}
OF_REPORT: dict[Report, dict[str, Entity]] = {
    "basic": {"users": USERS, "legs": LEGS},
    "extended": {"users": USERS, "contexts": CONTEXTS},
}


class MangoConnector:
    """One account of Mango Office. A leg, or a call, belongs to the window in which it started (UTC).

    Args:
        report: ``basic`` gives legs as rows of text, ``extended`` calls with their legs inside.
        offset_hours: by how much the report's stamps run ahead of UTC.
        page_size: calls a page of the extended report; the next lower size that the service knows is taken.
    """

    provider = "mango"
    _entities: Mapping[str, Entity] = ENTITIES

    def __init__(
        self,
        account_id: str,
        client: MangoClient,
        *,
        report: Report = "basic",
        offset_hours: int = 0,
        page_size: int | None = None,
    ) -> None:
        self.account_id = account_id
        self._client = client
        self._report: Report = report
        self._offset = offset_hours
        self._limit = max(limit for limit in LIMITS if limit <= (page_size or DEFAULT_LIMIT))
        self._entities = OF_REPORT[report]

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Employees, and legs or calls, whichever report was chosen."""
        return self._entities

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Pages of an entity.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means.
        """
        entity_named(entity, self._entities, self.provider)
        if entity == "users":
            yield self._users()[0]
            return
        for piece in window.pieces(LONGEST_WINDOW):
            yield from self._legs(piece) if entity == "legs" else self._contexts(piece)

    def probe(self) -> list[Finding]:
        """Address, key, signature, clock, right to the statistics, and whose time their stamps are."""
        check = "Mango Office answers and takes the key"
        try:
            page, reply = self._users()
        except SourceError as error:
            return [failed(check, error)]
        findings = [Finding(check, True, f"{len(page.records)} employees")]
        findings.append(clock_finding(reply, lambda: datetime.now(UTC)))
        check = "calls can be read"
        now = clock.now()
        try:
            newest = self._newest_stamp(Window(now - timedelta(days=1), now))
        except SourceError as error:
            return [*findings, failed(check, error)]
        findings.append(Finding(check, True, f"the {self._report} statistics answer"))
        return [*findings, offset_finding(newest, now, self._offset)]

    def _where(self, entity: str, window: Window | None = None) -> Where:
        return Where(self.account_id, self.provider, entity, window)

    def _users(self) -> tuple[Page, Reply]:
        where, read_at = self._where("users"), clock.now()
        body, reply = self._client.json("/config/users/request", {}, where)
        rows = body.get("users")
        if not isinstance(rows, list):
            raise failure(ShapeChanged, "the list of employees has no users", where, REPORT)
        items = [_user(row, read_at) for row in rows]
        return page_of(Seen().fresh(items), len(rows)), reply

    def _newest_stamp(self, window: Window) -> datetime | None:
        """The latest start of the window as it is stamped; stamps that run ahead are looked for as well."""
        seen = Window(window.start, window.end + SLACK)
        if self._report == "basic":
            items = self._read_legs(seen, 0)
        else:
            items = [
                parse_context(row, 0) for row in self._ask_contexts(seen, 0, self._where("contexts", seen))
            ]
        return max((item.updated_at for item in items if isinstance(item, Record)), default=None)

    def _legs(self, window: Window) -> Iterator[Page]:
        yield page_of(Seen().fresh(_inside(self._read_legs(window, self._offset), window)))

    def _read_legs(self, window: Window, offset_hours: int) -> list[Record | Rejection]:
        ahead = timedelta(hours=offset_hours)
        last = window.end - timedelta(microseconds=1)
        order = {
            "date_from": int((window.start + ahead).timestamp()),
            "date_to": int((last + ahead).timestamp()),
            "fields": list(FIELDS),
        }
        where, reader = self._where("legs", window), LegReader(offset_hours)
        text: str = self._client.report(BASIC, order, where, lambda reply: _text(reply, where))
        return [reader.read(line) for line in text.split("\n") if line.strip()]

    def _contexts(self, window: Window) -> Iterator[Page]:
        where, seen, offset = self._where("contexts", window), Seen(), 0
        while True:
            rows = self._ask_contexts(window, offset, where.on(offset // self._limit + 1))
            items = [parse_context(row, self._offset) for row in rows]
            yield page_of(seen.fresh(_inside(items, window)))
            offset += self._limit
            if len(rows) < self._limit:
                return

    def _ask_contexts(self, window: Window, offset: int, where: Where) -> list[Any]:
        order = {
            "start_date": _moscow(window.start - SLACK),
            "end_date": _moscow(window.end + 2 * SLACK),
            "limit": self._limit,
            "offset": offset,
        }
        rows: list[Any] = self._client.report(EXTENDED, order, where, lambda reply: self._ready(reply, where))
        return rows

    def _ready(self, reply: Reply, where: Where) -> list[Any] | None:
        body = self._client.object_of(reply, where)
        status = body.get("status")
        if status in ("work", "request"):
            return None
        if status in ("cancel", "error", "not-found"):
            raise failure(
                SourceUnavailable,
                f"the report was not made (status {status})",
                where,
                "nothing for now, the load is tried again by itself.",
            )
        rows = contexts(body)
        if rows is None:
            raise failure(ShapeChanged, f"the report has no lists of calls (status {status})", where, REPORT)
        return rows


def _text(reply: Reply, where: Where) -> str:
    try:
        return reply.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise failure(ShapeChanged, "the report is not UTF-8", where, REPORT) from None


def _moscow(moment: datetime) -> str:
    return moment.astimezone(MOSCOW).strftime("%d.%m.%Y %H:%M:%S")


def _user(row: Any, read_at: datetime) -> Record | Rejection:
    """An employee by number, else by extension; one without either can be no party of a call."""
    try:
        person = require_object(row, "an employee")
        parts = [person.get(part) for part in ("general", "telephony")]
        general, telephony = (part if isinstance(part, dict) else {} for part in parts)
        name = general.get("user_id") or telephony.get("extension")
        if not name:
            raise Unusable("missing_id", "an employee has neither user_id nor extension", REPORT)
    except Unusable as error:
        return error.rejection(row, None)
    return Record(str(name), read_at, person)


def _inside(items: list[Record | Rejection], window: Window) -> list[Record | Rejection]:
    """What has no readable time is kept, to be rejected aloud."""
    return [item for item in items if isinstance(item, Rejection) or item.updated_at in window]
