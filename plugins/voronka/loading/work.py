"""One load while it runs: batches, transactions, and how it ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime

import psycopg
from psycopg.rows import TupleRow

from voronka.connectors.base import Entity, Page, Record, Rejection
from voronka.domain import clock
from voronka.domain.errors import FeatureUnavailable, VoronkaError
from voronka.loading.batch import Batch
from voronka.loading.journal import Journal, LoadSummary
from voronka.loading.quarantine import Quarantine
from voronka.loading.raw_table import RawTable
from voronka.loading.versions import Changes, Version, has_duplicates, settle, unstorable

SWITCH_SECONDS = 0.0005
"""While pages are prepared, the thread that writes gets its turn after so long; Python's usual 5 ms starve it."""

MASS_DELETION_SHARE = 0.20
MASS_DELETION_ROWS = 5
"""More rows gone at once than both of these look like a fault of the source, not like deletions."""


class MassDeletion(VoronkaError):
    """So many rows are not in a complete list that the list is more likely broken than they are gone."""


class Load:
    """Takes the pages of one load into ``raw`` and keeps its journal.

    Args:
        connection: under the loader's role, not in autocommit; the load's own.
    """

    def __init__(
        self,
        connection: psycopg.Connection[TupleRow],
        entity: Entity,
        summary: LoadSummary,
        *,
        accept_mass_deletion: bool = False,
    ) -> None:
        ours = (summary.account_id, summary.provider)
        self._connection = connection
        self._summary = summary
        self._accept_mass_deletion = accept_mass_deletion
        self._table = RawTable(connection, *ours, entity, summary.load_id)
        self._quarantine = Quarantine(connection, *ours, entity.name, summary.load_id)
        self._journal = Journal(connection, summary)
        self._batch = Batch()
        self._lists_everything = entity.mode == "full" and not entity.keeps_missing
        self._present: set[str] = set()
        self._nameless = 0
        self._began: datetime | None = None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="voronka-writer")
        self._writing: Future[MassDeletion | None] | None = None
        self.rows_received = 0

    @contextmanager
    def recorded(self, *, optional: bool) -> Iterator[None]:
        """Open the journal; whatever ends the load inside is written to it."""
        started = time.monotonic()
        usual_switch = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        self._journal.open()
        self._connection.execute("set synchronous_commit = off")
        self._table.prepare()
        with self._connection.transaction():
            self._began = self._table.lock()
        try:
            yield
        except FeatureUnavailable as error:
            self._close("skipped" if optional else "failed", error)
            if not optional:
                raise
        except BaseException as error:
            self._close("failed", error)
            raise
        finally:
            self._writer.shutdown()
            sys.setswitchinterval(usual_switch)
            self._summary.seconds = time.monotonic() - started

    def take(self, page: Page) -> None:
        """Take in a page; when enough has come together it is written while the next pages come."""
        # Written before, not after: the last batch is left for the transaction of the watermark.
        idle = self._writing is None or self._writing.done()
        if self._batch.is_full or (idle and self._batch.is_worthwhile):
            self._wait()
            batch, self._batch = self._batch, Batch()
            self._writing = self._writer.submit(self._write, batch)
        self._batch.add(page)
        self.rows_received += len(page.records) + len(page.rejections)
        if self._lists_everything:
            self._remember(page)

    def _wait(self) -> None:
        """Wait for the batch that is being written; the connection is then ours again."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def finish(self, reached: datetime) -> None:
        """Write what is left, mark what a complete list lacks, move the watermark: one transaction.

        Raises:
            MassDeletion: what has come is written, nothing is marked, the watermark stays.
        """
        self._wait()
        suspicion = self._write(self._batch, reached)
        if suspicion:
            raise suspicion

    def end(self) -> None:
        """Write what is left; no watermark moves."""
        self._wait()
        self._write(self._batch)
        with self._connection.transaction():
            self._summary.status = "succeeded"
            self._journal.write()

    def sweep(self, ids: Iterable[Sequence[str]]) -> None:
        """Mark what none of the pages of ids names.

        Raises:
            MassDeletion: nothing is marked.
        """
        for page in ids:
            self._summary.pages += 1
            self._summary.rows_received += len(page)
            self._present.update(page)
        with self._connection.transaction():
            suspicion = self._mark_missing(self._table.lock())
            if suspicion is None:
                self._summary.status = "succeeded"
                self._journal.write()
        if suspicion:
            raise suspicion

    def _write(self, batch: Batch, reached: datetime | None = None) -> MassDeletion | None:
        self._table.ensure_partitions(batch.versions)
        try:
            return self._write_in_transaction(batch, reached)
        except (psycopg.DataError, psycopg.errors.ProgramLimitExceeded):
            self._set_apart_unstorable(batch)
            return self._write_in_transaction(batch, reached)

    def _write_in_transaction(self, batch: Batch, reached: datetime | None) -> MassDeletion | None:
        suspicion = None
        with self._connection.transaction():
            now = self._table.lock()
            if reached:
                # Only the end of a window is a promise; it brings all before it to the disk.
                self._connection.execute("set local synchronous_commit = on")
            changes = self._settle(batch.versions)
            self._table.apply(changes, now)
            deleted = self._table.delete(batch.deletions) if batch.deletions else 0
            if batch.versions:
                self._quarantine.resolve([v.source_id for v in batch.versions], now)
            self._quarantine.put(batch.rejections, now)
            self._count(batch, changes, deleted)
            if reached and self._lists_everything:
                suspicion = self._mark_missing(now)
            if reached and suspicion is None:
                self._journal.advance_watermark(reached)
                self._summary.status = "succeeded"
            self._journal.write()
        return suspicion

    def _settle(self, versions: list[Version]) -> Changes:
        if not versions:
            return Changes()
        stored = self._table.stored(versions)
        if not stored and not has_duplicates(versions):
            return Changes(new=versions, inserted=len(versions))
        return settle(versions, stored, partitioned=self._table.partitioned)

    def _count(self, batch: Batch, changes: Changes, deleted: int) -> None:
        summary = self._summary
        summary.pages += batch.pages
        summary.rows_received += batch.rows_received
        summary.source_total = summary.source_total if batch.source_total is None else batch.source_total
        summary.rows_inserted += changes.inserted
        summary.rows_updated += changes.updated
        summary.rows_unchanged += changes.unchanged
        summary.rows_stale += changes.stale
        summary.rows_deleted += deleted
        summary.rows_quarantined += len(batch.rejections)

    def _remember(self, page: Page) -> None:
        self._present.update(record.source_id for record in page.records)
        self._present.update(deletion.source_id for deletion in page.deletions)
        for rejection in page.rejections:
            if rejection.source_id is None:
                self._nameless += 1
            else:
                self._present.add(rejection.source_id)

    def _mark_missing(self, now: datetime) -> MassDeletion | None:
        """Mark rows that the complete list lacks, unless suspiciously many do, or a record without id could be one."""
        before = self._began or now
        if self._nameless:
            return None
        missing, live = self._table.missing(self._present, before)
        too_many = missing > MASS_DELETION_ROWS and missing > MASS_DELETION_SHARE * live
        if too_many and not self._accept_mass_deletion:
            account = self._summary.account_id
            command = f"voronka {'sweep' if self._summary.mode == 'sweep' else 'load'} {account}"
            return MassDeletion(
                f"{self._summary}: {missing} of {live} rows are not in the complete list, which holds"
                f" {len(self._present)}; that many at once are more likely a broken answer than deletions.",
                remedy=f"look at the provider; if they are gone indeed, run {command} again with --accept-mass-deletion.",
            )
        if missing:
            self._summary.rows_deleted += self._table.mark_missing(self._present, before, clock.now())
        return None

    def _set_apart_unstorable(self, batch: Batch) -> None:
        """Move to the rejections what Postgres refuses to read, found by halving."""
        sound: list[Version] = []
        self._sort_out(batch.versions, sound, batch.rejections)
        batch.versions = sound

    def _sort_out(self, versions: list[Version], sound: list[Version], rejections: list[Rejection]) -> None:
        try:
            with self._connection.transaction():
                self._table.try_out(versions)
            sound.extend(versions)
        except (psycopg.DataError, psycopg.errors.ProgramLimitExceeded) as error:
            if len(versions) == 1:
                refused = versions[0]
                record = Record(refused.source_id, refused.updated_at, {"text": refused.payload})
                rejections.append(unstorable(record, str(error).splitlines()[0]))
                return
            middle = len(versions) // 2
            self._sort_out(versions[:middle], sound, rejections)
            self._sort_out(versions[middle:], sound, rejections)

    def _close(self, status: str, error: BaseException) -> None:
        with suppress(Exception):
            self._wait()
        self._summary.status = "skipped" if status == "skipped" else "failed"
        self._summary.error = str(error) or type(error).__name__
        # Without a connection the row stays "running" until the next load of the entity closes it.
        with suppress(psycopg.OperationalError):
            self._connection.rollback()
            self._journal.write()
            self._connection.commit()
