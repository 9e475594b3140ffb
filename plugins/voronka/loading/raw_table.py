"""The SQL of one raw table and its history, for one account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from voronka.connectors.base import Deletion, Entity
from voronka.loading.versions import Changes, Key, Stored, Version

CHUNK = 500
"""Rows handed to COPY at a time: enough that Python's part does not show."""

COLUMNS = "account_id, loaded_at, load_id, source_id, source_updated_at, payload, payload_hash"
"""What is constant in a batch comes first, then a version's line."""

ALL_COLUMNS = f"{COLUMNS}, deleted_at, deletion_kind"


def copy_text(versions: Sequence[Version], before: bytes) -> bytes:
    """Rows in COPY's text format, the constant columns ``before`` each."""
    return before + (b"\n" + before).join([version.line for version in versions]) + b"\n"


class RawTable:
    """Writes ``raw.<provider>_<entity>`` of an account within the caller's transaction.

    Args:
        load_id: of the load on whose behalf it writes.
    """

    def __init__(
        self,
        connection: psycopg.Connection[TupleRow],
        account_id: str,
        provider: str,
        entity: Entity,
        load_id: UUID,
    ) -> None:
        self._connection = connection
        self._account = account_id
        self._entity = entity
        self._load_id = load_id
        self._names = {
            "name": sql.Identifier("raw", f"{provider}_{entity.name}"),
            "history": sql.Identifier("raw", f"{provider}_{entity.name}_history"),
            "columns": sql.SQL(COLUMNS),
            "all_columns": sql.SQL(ALL_COLUMNS),
            "prefixed": sql.SQL(", ".join(f"t.{column}" for column in ALL_COLUMNS.split(", "))),
            "same": sql.SQL(
                "t.account_id = %(account)s and t.source_id = i.source_id"
                + (" and t.source_updated_at = i.source_updated_at" if entity.partitioned else "")
            ),
        }
        self._lock = f"raw/{account_id}/{provider}/{entity.name}"
        self._table = f"{provider}_{entity.name}"
        self._months: set[date] = set()
        self._parameters = {"account": account_id, "load": load_id}

    @property
    def partitioned(self) -> bool:
        """Whether a record's time is part of its key."""
        return self._entity.partitioned

    def prepare(self) -> None:
        """Make the temporary tables of the session."""
        for name in ("incoming", "superseded"):
            self._connection.execute(
                f"create temporary table if not exists {name} (source_id text, source_updated_at timestamptz,"
                " payload jsonb, payload_hash text) on commit delete rows"
            )
        self._connection.commit()

    def ensure_partitions(self, versions: Iterable[Version]) -> None:
        """Make the month partitions that are missing, in a transaction of their own."""
        if not self._entity.partitioned:
            return
        months = {date(v.updated_at.year, v.updated_at.month, 1) for v in versions}
        for month in sorted(months - self._months):
            self._connection.execute("select ops.ensure_raw_partition(%s, %s)", (self._table, month))
            self._connection.commit()
            self._months.add(month)

    def lock(self) -> datetime:
        """Wait until no other loader writes this entity of this account; the server's time then.

        Held until the transaction ends.
        """
        row = self._connection.execute(
            """
            with turn as materialized (select pg_advisory_xact_lock(hashtextextended(%s, 0)))
            select clock_timestamp() from turn
            """,
            (self._lock,),
        ).fetchone()
        if row is None:
            raise psycopg.InterfaceError("The server did not tell the time.")
        moment: datetime = row[0]
        return moment

    def stored(self, versions: Sequence[Version]) -> dict[Key, Stored]:
        """What is there for the keys of these versions."""
        within = sql.SQL("")
        parameters: dict[str, Any] = {**self._parameters, "ids": [v.source_id for v in versions]}
        if self._entity.partitioned:
            # Keeps the look-up to the partitions concerned.
            within = sql.SQL(" and source_updated_at between %(first)s and %(last)s")
            parameters |= {
                "first": min(v.updated_at for v in versions),
                "last": max(v.updated_at for v in versions),
            }
        cursor = self._execute(
            """
            select source_id, source_updated_at, payload_hash, deleted_at is not null
            from {name} where account_id = %(account)s and source_id = any(%(ids)s){within}
            """,
            parameters,
            within=within,
        )
        partitioned = self._entity.partitioned
        return {
            (source_id, updated_at if partitioned else None): Stored(updated_at, payload_hash, deleted)
            for source_id, updated_at, payload_hash, deleted in cursor
        }

    def apply(self, changes: Changes, now: datetime) -> None:
        """Write what a batch changes."""
        if changes.new:
            self.insert(changes.new, now)
        if changes.replacing:
            self._replace(changes.replacing, now)
        if changes.restored:
            self._restore(changes.restored)
        if changes.superseded and self._entity.history:
            self._keep_superseded(changes.superseded, now)

    def insert(self, versions: Sequence[Version], now: datetime) -> None:
        """COPY rows that are known not to be there straight into the table."""
        before = f"{self._account}\t{now.isoformat()}\t{self._load_id}\t".encode()
        self._copy("copy {name} ({columns}) from stdin", versions, before)

    def try_out(self, versions: Sequence[Version]) -> None:
        """Let Postgres read the versions without keeping them.

        Raises:
            psycopg.DataError: when it cannot.
        """
        self._copy_into("incoming", versions)
        self._connection.execute("delete from incoming")

    def _replace(self, versions: Sequence[Version], now: datetime) -> None:
        self._copy_into("incoming", versions)
        parameters = {**self._parameters, "now": now}
        if self._entity.history:
            self._execute(
                """
                insert into {history} ({all_columns}, replaced_at, replaced_by_load_id)
                select {prefixed}, %(now)s, %(load)s from {name} as t inner join incoming as i on {same}
                on conflict do nothing
                """,
                parameters,
            )
        self._execute(
            """
            update {name} as t
            set source_updated_at = i.source_updated_at, payload = i.payload, payload_hash = i.payload_hash,
                loaded_at = %(now)s, load_id = %(load)s, deleted_at = null, deletion_kind = null
            from incoming as i where {same}
            """,
            parameters,
        )
        if self._entity.history:
            # A version that is the current one again is no longer history.
            self._execute(
                """
                delete from {history} as t using incoming as i
                where t.account_id = %(account)s and t.source_id = i.source_id
                    and t.source_updated_at = i.source_updated_at and t.payload_hash = i.payload_hash
                """,
                parameters,
            )

    def _restore(self, versions: Sequence[Version]) -> None:
        ids = [v.source_id for v in versions]
        self._execute(
            """
            update {name} set deleted_at = null, deletion_kind = null
            where account_id = %(account)s and source_id = any(%(ids)s) and deleted_at is not null
            """,
            {**self._parameters, "ids": ids},
        )

    def _keep_superseded(self, versions: Sequence[Version], now: datetime) -> None:
        self._copy_into("superseded", versions)
        self._execute(
            """
            insert into {history} ({columns}, replaced_at, replaced_by_load_id)
            select %(account)s, %(now)s, %(load)s, i.source_id, i.source_updated_at, i.payload, i.payload_hash,
                %(now)s, t.load_id
            from superseded as i inner join {name} as t on {same}
            where (t.source_updated_at, t.payload_hash) is distinct from (i.source_updated_at, i.payload_hash)
            on conflict do nothing
            """,
            {**self._parameters, "now": now},
        )

    def delete(self, deletions: Sequence[Deletion]) -> int:
        """Mark rows that the provider says are gone; how many were not marked so before."""
        cursor = self._execute(
            """
            update {name} as t set deleted_at = d.deleted_at, deletion_kind = d.kind
            from (
                select distinct on (source_id) source_id, deleted_at, kind
                from unnest(%(ids)s::text[], %(moments)s::timestamptz[], %(kinds)s::text[])
                    as u (source_id, deleted_at, kind)
                order by source_id, deleted_at desc
            ) as d
            where t.account_id = %(account)s and t.source_id = d.source_id
                and d.deleted_at >= t.source_updated_at
                and (t.deleted_at, t.deletion_kind) is distinct from (d.deleted_at, d.kind)
            """,
            {
                **self._parameters,
                "ids": [d.source_id for d in deletions],
                "moments": [d.deleted_at for d in deletions],
                "kinds": [d.kind for d in deletions],
            },
        )
        return cursor.rowcount

    def missing(self, present: Iterable[str], before: datetime) -> tuple[int, int]:
        """(how many live rows loaded before that moment are not among ``present``, how many rows are live)."""
        row = self._execute(
            """
            select count(*) filter (where source_id <> all(%(present)s::text[]) and loaded_at < %(before)s), count(*)
            from {name} where account_id = %(account)s and deleted_at is null
            """,
            {**self._parameters, "present": list(present), "before": before},
        ).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def mark_missing(self, present: Iterable[str], before: datetime, now: datetime) -> int:
        """Mark as deleted (``missing``) the live rows that :meth:`missing` counts."""
        return self._execute(
            """
            update {name} set deleted_at = %(now)s, deletion_kind = 'missing'
            where account_id = %(account)s and deleted_at is null
                and source_id <> all(%(present)s::text[]) and loaded_at < %(before)s
            """,
            {**self._parameters, "present": list(present), "before": before, "now": now},
        ).rowcount

    def _copy_into(self, temporary: str, versions: Sequence[Version]) -> None:
        self._copy(f"copy {temporary} from stdin", versions, b"")

    def _copy(self, statement: Any, versions: Sequence[Version], before: bytes) -> None:
        query = sql.SQL(statement).format(**self._names)
        with self._connection.cursor() as cursor, cursor.copy(query) as copy:
            for start in range(0, len(versions), CHUNK):
                copy.write(copy_text(versions[start : start + CHUNK], before))

    def _execute(
        self, statement: Any, parameters: dict[str, Any], **names: sql.Composable
    ) -> psycopg.Cursor[TupleRow]:
        return self._connection.execute(sql.SQL(statement).format(**self._names, **names), parameters)
