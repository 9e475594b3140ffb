"""Own collection: one request for every phrase, region and device a day, in the first run that holds the day's start."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from voronka.connectors.base import Entity, Finding, Page, Record, Rejection
from voronka.connectors.days import days_starting_in, midnight
from voronka.connectors.entities import entity_named
from voronka.connectors.http import HttpClient, Request, Where, failure
from voronka.connectors.positions.yandexsearch.answers import results_of
from voronka.connectors.positions.yandexsearch.phrases import Ask, Phrases, read_phrases
from voronka.connectors.positions.yandexsearch.prices import MODES, PARTS, Mode, Prices
from voronka.connectors.positions.yandexsearch.spool import Spool
from voronka.connectors.probing import failed
from voronka.connectors.rest import HeaderToken
from voronka.domain import clock
from voronka.domain.errors import ShapeChanged, SourceError, SourceUnavailable
from voronka.domain.windows import Window

log = logging.getLogger(__name__)

ENTITIES: dict[str, Entity] = {
    "keywords": Entity("keywords", "full"),
    "serps": Entity("serps", "window", partitioned=True),
}
POLL_SECONDS = 60.0
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"
"""A page for phones is given to what calls itself one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked and what it may cost.

    Attributes:
        budget: roubles a day of the account.
        polls: how often an ordered page is asked for, a minute apart, before the run gives up.
    """

    folder_id: str
    keywords_file: Path
    spool: Path
    mode: Mode
    depth: int
    subdomains: bool
    prices: Prices
    budget: float
    polls: int


@dataclass(frozen=True, slots=True)
class Services:
    """The search, and where ordered pages are fetched."""

    search: HttpClient
    operations: HttpClient
    token: HeaderToken
    sleep: Callable[[float], None]


class YandexSearchConnector:
    """Result pages of one account. A page is of the day, in the account's zone, on which it was asked for."""

    provider = "yandexsearch"

    def __init__(self, account_id: str, services: Services, time_zone: str, plan: Plan) -> None:
        self.account_id = account_id
        self.plan = plan
        self._services = services
        self._zone = ZoneInfo(time_zone)

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Phrases of the file, and result pages."""
        return ENTITIES

    def phrases(self) -> Phrases:
        """The file of phrases.

        Raises:
            ShapeChanged: it is not there, or lacks a column.
        """
        where = Where(self.account_id, self.provider, "keywords")
        plan = self.plan
        return read_phrases(plan.keywords_file, where, clock.now(), plan.depth, plan.subdomains)

    def estimate(self) -> tuple[int, list[tuple[Mode, str, float]]]:
        """Requests of a day, and roubles for them by mode and part of the day."""
        count = len(self.phrases().asks)
        return count, [
            (mode, part, self.plan.prices.of(mode, count, part)) for mode in MODES for part in PARTS
        ]

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Phrases; or pages of the days that start in the window: past ones as they were kept, today's collected.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means; what was paid for is kept and not asked again.
        """
        entity_named(entity, ENTITIES, self.provider)
        if entity == "keywords":
            phrases = self.phrases()
            yield Page(phrases.records, phrases.rejections)
            return
        today = clock.now().astimezone(self._zone).date()
        for day in days_starting_in(window, self._zone):
            spool = Spool.of(self.plan.spool / self.account_id, day)
            refused = self._collect(spool, window) if day == today else []
            records = [self._record(ask, places, day) for ask, places in spool.results.items()]
            if records or refused:
                yield Page(records, refused)

    def probe(self) -> list[Finding]:
        """Whether the file of phrases can be read and a day of it is within the budget; asks the service nothing."""
        check = "the phrases can be read"
        try:
            phrases = self.phrases()
        except SourceError as error:
            return [failed(check, error)]
        bad = [Finding(check, False, r.reason, r.remedy, "warning") for r in phrases.rejections[:1]]
        dearest = self.plan.prices.of(self.plan.mode, len(phrases.asks), "day")
        return [
            Finding(
                check, bool(phrases.asks), f"{len(phrases.asks)} requests a day", "add lines to the file."
            ),
            *bad,
            Finding(
                "a day is within the budget",
                dearest <= self.plan.budget,
                f"{dearest:.2f} of {self.plan.budget:.2f} roubles ({self.plan.mode}, by day)",
                "raise options.budget_rub_per_day, choose mode deferred, or take phrases out.",
            ),
        ]

    def _collect(self, spool: Spool, window: Window) -> list[Rejection]:
        """Ask for what today lacks, as far as the budget goes; what it does not cover is told as one rejection."""
        where = Where(self.account_id, self.provider, "serps", window)
        asks = [a for a in self.phrases().asks if a not in spool.results and a not in spool.operations]
        left: list[Ask] = []
        for number, ask in enumerate(asks):
            price = self.plan.prices.now(self.plan.mode, clock.now())
            if spool.spent + price > self.plan.budget:
                left = asks[number:]
                break
            if self.plan.mode == "sync":
                spool.answered(ask, results_of(self._post("/v2/web/search", ask, where), where), price)
            else:
                spool.ordered(ask, self._order(ask, where), price)
        self._fetch(spool, where)
        if not left:
            return []
        reason = (
            f"{len(left)} of the day's requests were not sent: {spool.spent:.2f} roubles are spent of"
            f" {self.plan.budget:.2f}, the first left out is {left[0].keyword!r}."
        )
        log.warning("%s: %s", where, reason)
        remedy = "raise options.budget_rub_per_day, choose mode deferred, or take phrases out."
        return [Rejection("over_budget", reason, remedy, [ask.keyword for ask in left])]

    def _order(self, ask: Ask, where: Where) -> str:
        operation = self._post("/v2/web/searchAsync", ask, where)
        name = operation.get("id") if isinstance(operation, dict) else None
        if not isinstance(name, str):
            raise failure(ShapeChanged, "an ordered search has no id", where, "report it with this message.")
        return name

    def _fetch(self, spool: Spool, where: Where) -> None:
        """Fetch ordered pages until all are there."""
        for poll in range(self.plan.polls):
            if not spool.operations:
                return
            if poll:
                self._services.sleep(POLL_SECONDS)
            for ask, operation in list(spool.operations.items()):
                request = Request("GET", f"/operations/{operation}")
                state = self._services.operations.send(request, where, self._services.token).json()
                if isinstance(state, dict) and state.get("done"):
                    spool.answered(ask, results_of(state.get("response") or state.get("error"), where))
        if spool.operations:
            raise failure(
                SourceUnavailable,
                f"{len(spool.operations)} ordered pages are not ready",
                where,
                "run the load again: they are kept for 12 hours and are not paid for again.",
            )

    def _post(self, path: str, ask: Ask, where: Where) -> Any:
        request = Request("POST", path, body=self._body(ask))
        return self._services.search.send(request, where, self._services.token).json()

    def _body(self, ask: Ask) -> dict[str, Any]:
        body: dict[str, Any] = {
            "query": {
                "searchType": "SEARCH_TYPE_RU",
                "queryText": ask.keyword,
                "familyMode": "FAMILY_MODE_NONE",
                "page": "0",
                "fixTypoMode": "FIX_TYPO_MODE_OFF",
            },
            "sortSpec": {"sortMode": "SORT_MODE_BY_RELEVANCE", "sortOrder": "SORT_ORDER_DESC"},
            "groupSpec": {
                "groupMode": "GROUP_MODE_DEEP",
                "groupsOnPage": str(self.plan.depth),
                "docsInGroup": "1",
            },
            "maxPassages": "1",
            "region": str(ask.region),
            "l10n": "LOCALIZATION_RU",
            "folderId": self.plan.folder_id,
            "responseFormat": "FORMAT_XML",
        }
        return {**body, "userAgent": PHONE} if ask.device == "mobile" else body

    def _record(self, ask: Ask, places: list[dict[str, Any]], day: date) -> Record:
        payload = {
            "keyword": ask.keyword,
            "region": ask.region,
            "device": ask.device,
            "date": str(day),
            "depth": self.plan.depth,
            "results": places,
        }
        return Record(ask.source_id(day), midnight(day, self._zone), payload)
