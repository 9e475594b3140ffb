"""Call detail records of one exchange as a connector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any, Protocol

from voronka.connectors.base import Entity, Finding, Page, Rejection
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Where
from voronka.connectors.pages import Seen, page_of
from voronka.connectors.probing import failed
from voronka.connectors.telephony.asterisk.rows import Reading, parse_row
from voronka.domain import clock
from voronka.domain.errors import SourceError
from voronka.domain.windows import Window

PAGE = 1000
LATE_SECONDS = 86_400
"""A row is written when the call ends and dated when it began."""
CALLS = Entity("calls", "window", partitioned=True, overlap_seconds=LATE_SECONDS)
ENTITIES: dict[str, Entity] = {CALLS.name: CALLS}


class Place(Protocol):
    """Where rows lie."""

    def rows(self, window: Window, where: Where) -> Iterator[Any]:
        """At least the rows that began in the window."""
        ...

    def describe(self, where: Where) -> str:
        """What was found, in words."""
        ...


class AsteriskConnector:
    """One exchange. A row belongs to the window in which it began."""

    provider = "asterisk"

    def __init__(self, account_id: str, place: Place, reading: Reading) -> None:
        self.account_id = account_id
        self._place = place
        self._reading = reading

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Calls alone: legs of them."""
        return ENTITIES

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Rows of the window; one that lies in two files comes once.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind that reading the table or the folder ran into.
        """
        entity_named(entity, ENTITIES, self.provider)
        where = Where(self.account_id, self.provider, entity, window)
        seen = Seen()
        items = (parse_row(row, self._reading) for row in self._place.rows(window, where))
        wanted = (item for item in items if isinstance(item, Rejection) or item.updated_at in window)
        while some := list(islice(wanted, PAGE)):
            yield page_of(seen.fresh(some))

    def probe(self) -> list[Finding]:
        """Whether the rows can be read, and whether times are in the zone that is set."""
        check, now = "calls can be read", clock.now()
        where = Where(self.account_id, self.provider, "calls")
        try:
            found = self._place.describe(where)
            rows = self._place.rows(Window(now - timedelta(days=1), now), where)
            items = [parse_row(row, self._reading) for row in rows]
        except SourceError as error:
            return [failed(check, error)]
        findings = [Finding(check, True, f"{found}, {len(items)} rows around the last day")]
        ahead = [
            i for i in items if not isinstance(i, Rejection) and i.updated_at > now + timedelta(minutes=10)
        ]
        zone = self._reading.zone
        findings.append(
            Finding(
                "times are in the zone that is set",
                not ahead,
                f"{len(ahead)} rows are of the future, read in {zone}",
                "set options.time_zone to the zone of the exchange's clock, UTC where cdr says usegmtime=yes.",
            )
        )
        return findings
