"""amoCRM as a connector."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from voronka.connectors.base import Entity, Finding, Page
from voronka.connectors.crm.amocrm.auth import wall_clock
from voronka.connectors.crm.amocrm.by_id import read_by_id
from voronka.connectors.crm.amocrm.client import AmoCrmClient
from voronka.connectors.crm.amocrm.judge import NothingThere, NotPermitted
from voronka.connectors.crm.amocrm.links import LinkReader
from voronka.connectors.crm.amocrm.listings import CATALOGS, ENTITIES, SWEPT, Listing
from voronka.connectors.crm.amocrm.parsing import parse, parse_deleted
from voronka.connectors.crm.amocrm.probe import Credential, probe
from voronka.connectors.crm.amocrm.reading import Reader
from voronka.connectors.crm.amocrm.subscriptions import Subscriptions
from voronka.connectors.crm.amocrm.writing import Writer
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Where
from voronka.connectors.pages import Parsed
from voronka.domain import clock
from voronka.domain.errors import FeatureUnavailable, SourceError
from voronka.domain.windows import Window

ENTITY_LIST: dict[str, Entity] = {name: item.entity for name, item in ENTITIES.items()}


class AmoCrmConnector:
    """One amoCRM account.

    Windows of leads, contacts, companies, customers, tasks and notes go by ``updated_at``, of events by
    ``created_at``. All times are UTC.

    Args:
        credential: for ``probe``: the long-lived token whose end is known, or OAuth.
        now: real time, for the probe of the clock.
    """

    provider = "amocrm"

    def __init__(
        self,
        account_id: str,
        client: AmoCrmClient,
        credential: Credential,
        now: Callable[[], datetime] = wall_clock,
    ) -> None:
        self.account_id = account_id
        self._client = client
        self._credential = credential
        self._now = now
        self._reader = Reader(client.page)
        self._links = LinkReader(client.page, self._reader)

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Every entity, dimensions first."""
        return ENTITY_LIST

    @property
    def filters_ignored(self) -> bool:
        """Whether a filter was found to be ignored (the paid option is off) since this connector was made."""
        return self._reader.filters_ignored

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """Pages of an entity; deleted leads, contacts and companies come as ``Page.deletions``.

        ``source_total`` of the last page is how many there are in all, where amoCRM tells (users, roles, fields).

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means; ``FeatureUnavailable`` where the account lacks the entity.
        """
        entity_named(entity, ENTITY_LIST, self.provider)
        if entity == "links":
            yield from self._links.pages(window, _parser(), Where(self.account_id, self.provider, "links"))
            return
        done = 0
        for listing in self._listings(entity):
            total = 0
            try:
                for page in self._of_listing(entity, listing, window):
                    total = page.source_total or 0
                    told = None if page.source_total is None else done + page.source_total
                    yield replace(page, source_total=told)
            except (FeatureUnavailable, NotPermitted, NothingThere) as error:
                if ENTITY_LIST[entity].optional:
                    raise _skippable(error) from error
                if not listing.optional:
                    raise
            done += total

    def sweep(self, entity: str) -> Iterator[Sequence[str]]:
        """The ids of everything that exists now, page by page; an id may come twice.

        What the warehouse has and this does not list was deleted for good or merged into another record.

        Raises:
            ConfigurationError: the entity is not one of leads, contacts, companies, tasks.
        """
        entity_named(entity, {name: ENTITY_LIST[name] for name in SWEPT}, self.provider)
        where = Where(self.account_id, self.provider, f"{entity} (all ids)")
        listing = Listing(f"/{entity}", entity)
        for page in self._reader.whole(listing, _parser(), where, (("order[id]", "asc"),)):
            ids = [record.source_id for record in page.records]
            yield ids + [r.source_id for r in page.rejections if r.source_id is not None]

    def by_id(self, entity: str, ids: Collection[str], gone: Collection[str] = ()) -> Iterator[Page]:
        """The records with these ids as they are now; see :func:`.by_id.read_by_id`.

        Raises:
            ConfigurationError: there is no such entity.
            SourceError: of the kind the answer means.
        """
        entity_named(entity, ENTITY_LIST, self.provider)
        where = Where(self.account_id, self.provider, f"{entity} (by id)")
        return read_by_id(self._client, ENTITIES[entity].listings, ids, gone, where)

    @property
    def writer(self) -> Writer:
        """Changes the account; see :mod:`voronka.operations.crm_writing`, which keeps the journal."""
        return Writer(self._client, self.account_id, self.provider)

    @property
    def subscriptions(self) -> Subscriptions:
        """The account's webhooks."""
        return Subscriptions(self._client, self.account_id, self.provider)

    def probe(self) -> list[Finding]:
        """Address, credential, rights, clock, paid filter, customers; see :mod:`.probe`."""
        return probe(
            self._client, Where(self.account_id, self.provider, "probe"), self._credential, self._now
        )

    def _listings(self, entity: str) -> Iterator[Listing]:
        """The entity's lists; of those that every catalog has, one for each catalog that there is."""
        for listing in ENTITIES[entity].listings:
            if not listing.per_catalog:
                yield listing
                continue
            try:
                catalogs = self._catalogs()
            except (FeatureUnavailable, NotPermitted, NothingThere) as error:
                if listing.optional:
                    continue
                raise _skippable(error) from error
            for catalog in catalogs:
                path, prefix = (text.replace("{catalog}", catalog) for text in (listing.path, listing.prefix))
                yield replace(listing, path=path, prefix=prefix)

    def _catalogs(self) -> list[str]:
        where = Where(self.account_id, self.provider, "catalogs")
        pages = self._reader.whole(CATALOGS, _parser(), where)
        return [record.source_id for page in pages for record in page.records]

    def _of_listing(self, entity: str, listing: Listing, window: Window) -> Iterator[Page]:
        name = f"{listing.prefix} {entity}".strip()
        where = Where(self.account_id, self.provider, name)
        if listing.time_field is None:
            yield from self._reader.whole(listing, _parser(), where)
            return
        where = replace(where, window=window)
        yield from self._reader.window(listing, window, _parser(), where)
        if listing.has_bin:
            recycle_bin = replace(listing, query=(("with", "only_deleted"),))
            where = replace(where, entity=f"{name} (recycle bin)")
            yield from self._reader.window(recycle_bin, window, parse_deleted, where)


def _skippable(error: SourceError) -> FeatureUnavailable:
    """What the account or the token has not got, of an entity that one can do without."""
    if isinstance(error, FeatureUnavailable):
        return error
    return FeatureUnavailable(
        error.message, account_id=error.account_id, provider=error.provider, remedy=error.remedy
    )


def _parser() -> Callable[[Listing, object], Parsed | None]:
    read_at = clock.now()

    def of_row(listing: Listing, row: object) -> Parsed:
        return parse(listing, row, read_at)

    return of_row
