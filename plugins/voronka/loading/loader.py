"""Pages of a connector → ``raw``: idempotent, in transactions that a kill at any moment leaves whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Protocol, runtime_checkable
from uuid import uuid4

import psycopg
from psycopg.rows import TupleRow

from voronka.connectors.base import Connector, Entity, Page
from voronka.domain import clock
from voronka.domain.errors import ConfigurationError
from voronka.domain.windows import Window
from voronka.loading.journal import LoadSummary
from voronka.loading.work import Load

Connect = Callable[[], psycopg.Connection[TupleRow]]
Progress = Callable[[int], None]


@runtime_checkable
class Sweepable(Protocol):
    """A connector that can list the ids of everything that is there."""

    account_id: str
    provider: str

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Every entity it can give."""
        ...

    def sweep(self, entity: str) -> Iterable[Sequence[str]]:
        """Pages of ids."""
        ...


@runtime_checkable
class Nameable(Protocol):
    """A connector that can read single records by their ids."""

    account_id: str
    provider: str

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Every entity it can give."""
        ...

    def by_id(self, entity: str, ids: Collection[str], gone: Collection[str] = ()) -> Iterator[Page]:
        """Pages of the records with these ids; of those in ``gone`` perhaps as deletions."""
        ...


class Loader:
    """Loads entities of a connector.

    Args:
        connect: opens a connection under the loader's role.
        accept_mass_deletion: mark rows missing from a complete list even when there are suspiciously many.
    """

    def __init__(self, connect: Connect, *, accept_mass_deletion: bool = False) -> None:
        self._connect = connect
        self._accept_mass_deletion = accept_mass_deletion

    def load(
        self, connector: Connector, entity_name: str, window: Window, progress: Progress | None = None
    ) -> LoadSummary:
        """Load one window of an entity, or the whole list of a ``full`` one.

        Pages are written as they come, some together in a transaction; the watermark moves with the last of
        them. Loading a window again writes only what the provider changed. An optional entity that the tariff
        lacks gives the status ``skipped``.

        Args:
            progress: told the records received so far, after every page.

        Raises:
            voronka.domain.errors.SourceError: what the connector raised; the load is recorded as failed.
            voronka.loading.work.MassDeletion: a complete list lacks over a fifth of the rows.
        """
        entity = _entity(connector, entity_name)
        summary = LoadSummary(
            uuid4(), connector.account_id, connector.provider, entity_name, window, entity.mode
        )
        whole_list = entity.mode == "full"
        read = window if whole_list else window.widened(timedelta(seconds=entity.overlap_seconds))
        with self._connect() as connection:
            load = Load(connection, entity, summary, accept_mass_deletion=self._accept_mass_deletion)
            with load.recorded(optional=entity.optional):
                for page in connector.pages(entity_name, read):
                    load.take(page)
                    if progress:
                        progress(load.rows_received)
                load.finish(max(window.end, clock.now()) if whole_list else window.end)
        return summary

    def load_named(self, connector: Nameable, entity_name: str, pages: Iterable[Page]) -> LoadSummary:
        """Load pages of single records, whatever their times: no watermark moves and nothing counts as missing.

        Raises:
            voronka.domain.errors.SourceError: what reading the pages raised; the load is recorded as failed.
        """
        entity = _entity(connector, entity_name)
        summary = LoadSummary(uuid4(), connector.account_id, connector.provider, entity_name, None, "hinted")
        with self._connect() as connection:
            load = Load(connection, entity, summary)
            with load.recorded(optional=entity.optional):
                for page in pages:
                    load.take(page)
                load.end()
        return summary

    def sweep(self, connector: Sweepable, entity_name: str) -> LoadSummary:
        """Mark rows as deleted (``missing``) that the provider no longer lists at all.

        Raises:
            voronka.domain.errors.SourceError: what the connector raised.
            voronka.loading.work.MassDeletion: over a fifth of the rows would be marked.
        """
        entity = _entity(connector, entity_name)
        summary = LoadSummary(uuid4(), connector.account_id, connector.provider, entity_name, None, "sweep")
        with self._connect() as connection:
            load = Load(connection, entity, summary, accept_mass_deletion=self._accept_mass_deletion)
            with load.recorded(optional=False):
                load.sweep(connector.sweep(entity_name))
        return summary


def _entity(connector: Connector | Sweepable | Nameable, name: str) -> Entity:
    try:
        return connector.entities[name]
    except KeyError:
        raise ConfigurationError(
            f"{connector.provider} has no entity {name!r}.",
            remedy=f"choose from: {', '.join(connector.entities)}.",
        ) from None
