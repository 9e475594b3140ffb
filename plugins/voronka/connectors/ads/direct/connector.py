"""Yandex Direct as a connector: a row per campaign and day, in days of Moscow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from voronka.connectors.ads.direct.reports import FIELDS, Reports, TooLong
from voronka.connectors.base import Entity, Finding, Page, Record, Rejection
from voronka.connectors.days import day_of, days_starting_in, midnight
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Reply, Where
from voronka.connectors.pages import page_of
from voronka.connectors.probing import clock_finding, failed
from voronka.connectors.rows import REPORT, Unusable
from voronka.domain import clock
from voronka.domain.errors import SourceError
from voronka.domain.windows import Window

ZONE = ZoneInfo("Europe/Moscow")
REPORT_DAYS = 92
KEPT_DAYS = 3 * 365
"""The provider keeps three years; of what lies before it there is nothing to ask."""
CORRECTED_SECONDS = 7 * 86_400
"""Clicks found to be fraud are taken off the costs of the last days."""
ENTITIES: dict[str, Entity] = {
    "costs": Entity("costs", "window", partitioned=True, overlap_seconds=CORRECTED_SECONDS),
}
WHOLE = re.compile(r"\d+")
MONEY = re.compile(r"\d+(\.\d+)?")
EMPTY = "--"


class DirectConnector:
    """The campaigns of an advertiser. A day belongs to the window that holds its start in Moscow.

    Args:
        currency: ISO code of the advertiser's currency, which the reports do not tell.
    """

    provider = "direct"

    def __init__(self, account_id: str, reports: Reports, currency: str) -> None:
        self.account_id = account_id
        self._reports = reports
        self._currency = currency

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Costs by campaign and day."""
        return ENTITIES

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """A page for each report; days without showings have no rows.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means.
        """
        entity_named(entity, ENTITIES, self.provider)
        today = clock.now().astimezone(ZONE).date()
        oldest = today - timedelta(days=KEPT_DAYS)
        days = [day for day in days_starting_in(window, ZONE) if oldest <= day <= today]
        for piece in (days[at : at + REPORT_DAYS] for at in range(0, len(days), REPORT_DAYS)):
            yield from self._pages_of(piece[0], piece[-1], window)

    def probe(self) -> list[Finding]:
        """Address, credential, clock, and in which currency and with which VAT costs are taken to be."""
        check = "Yandex Direct answers and takes the credential"
        day = clock.now().astimezone(ZONE).date() - timedelta(days=1)
        try:
            reply = self._reports.read(day, day, Where(self.account_id, self.provider, "probe"))
        except SourceError as error:
            return [failed(check, error)]
        rows = len(_lines(reply))
        vat = "with VAT" if self._reports.with_vat else "without VAT"
        return [
            Finding(check, True, f"the credential is taken, {rows} campaigns were shown on {day}"),
            clock_finding(reply, lambda: datetime.now(UTC)),
            Finding("costs have a currency", True, f"costs are taken as {self._currency} {vat}"),
        ]

    def _pages_of(self, first: date, last: date, window: Window) -> Iterator[Page]:
        where = Where(self.account_id, self.provider, f"costs of {first} to {last}", window)
        try:
            reply = self._reports.read(first, last, where)
        except TooLong:
            if first == last:
                raise
            middle = first + (last - first) // 2
            yield from self._pages_of(first, middle, window)
            yield from self._pages_of(middle + timedelta(days=1), last, window)
            return
        rows = [self._row(line) for line in _lines(reply)]
        if rows:
            yield page_of(rows)

    def _row(self, line: str) -> Record | Rejection:
        """A line as a record, with what the report was asked for."""
        cells = line.split("\t")
        named = dict(zip(FIELDS, cells, strict=False))
        try:
            if len(cells) != len(FIELDS):
                raise Unusable("bad_columns", f"{len(cells)} cells, expected {len(FIELDS)}", REPORT)
            day = day_of(named["Date"])
            if not WHOLE.fullmatch(named["CampaignId"]):
                raise Unusable("missing_id", f"CampaignId is {named['CampaignId']!r}", REPORT)
            for name, shape in (("Impressions", WHOLE), ("Clicks", WHOLE), ("Cost", MONEY)):
                if named[name] != EMPTY and not shape.fullmatch(named[name]):
                    raise Unusable("bad_figure", f"{name} is {named[name]!r}, expected a number", REPORT)
        except Unusable as error:
            return error.rejection(named, None, f"a line of costs, {line[:80]!r}")
        told = {name: None if value == EMPTY else value for name, value in named.items()}
        payload = {**told, "IncludeVAT": self._reports.with_vat, "Currency": self._currency}
        return Record(f"{named['CampaignId']}:{day}", midnight(day, ZONE), payload)


def _lines(reply: Reply) -> list[str]:
    """The rows between the heading and the total."""
    return reply.content.decode("utf-8").splitlines()[1:-1]
