"""The journal of loads (``ops.loads``) and how far each entity is loaded (``ops.watermarks``)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from voronka.domain.errors import ConfigurationError
from voronka.domain.windows import Window

LONGEST_ERROR = 4000
Status = Literal["running", "succeeded", "failed", "skipped"]
Mode = Literal["full", "window", "sweep", "hinted"]


@dataclass(slots=True)
class LoadSummary:
    """What a load did. Of the records received each is inserted, updated, unchanged, stale or quarantined.

    Attributes:
        window: None for a sweep and for records named by webhooks.
        mode: whether the whole list, a window of it, or its ids alone were read.
        rows_deleted: rows newly marked as deleted; they are not among those received.
        seconds: wall time.
        source_total: how many records the provider says the request holds, None if it does not say.
        error: why the load was skipped or failed.
    """

    load_id: UUID
    account_id: str
    provider: str
    entity: str
    window: Window | None
    mode: Mode
    status: Status = "running"
    pages: int = 0
    rows_received: int = 0
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_unchanged: int = 0
    rows_stale: int = 0
    rows_deleted: int = 0
    rows_quarantined: int = 0
    source_total: int | None = None
    seconds: float = 0.0
    error: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """A flat form for tables and JSON."""
        flat = asdict(self) | {"load_id": str(self.load_id), "seconds": round(self.seconds, 3)}
        del flat["window"]
        flat["window_from"] = self.window.start if self.window else None
        flat["window_to"] = self.window.end if self.window else None
        return flat

    def __str__(self) -> str:
        return f"{self.account_id} {self.provider} {self.entity} {self.window or self.mode}"


OPEN = """
    insert into ops.loads (load_id, account_id, provider, entity, window_from, window_to, mode, status, started_at)
    values (
        %(load)s, %(account)s, %(provider)s, %(entity)s, %(start)s, %(end)s, %(mode)s, 'running', clock_timestamp()
    )
"""
COUNT = """
    update ops.loads
    set status = %(status)s, pages = %(pages)s, rows_received = %(rows_received)s,
        rows_inserted = %(rows_inserted)s, rows_updated = %(rows_updated)s, rows_unchanged = %(rows_unchanged)s,
        rows_stale = %(rows_stale)s, rows_deleted = %(rows_deleted)s, rows_quarantined = %(rows_quarantined)s,
        source_total = %(source_total)s, error = %(error)s,
        finished_at = case when %(status)s <> 'running' then clock_timestamp() end
    where load_id = %(load)s
"""
ADVANCE = """
    insert into ops.watermarks as w (account_id, provider, entity, high_water_at, load_id)
    values (%(account)s, %(provider)s, %(entity)s, %(reached)s, %(load)s)
    on conflict (account_id, provider, entity) do update
    set high_water_at = excluded.high_water_at, load_id = excluded.load_id
    where excluded.high_water_at > w.high_water_at
"""
# A load holds a lock of its session for as long as its process lives.
CLOSE_ABANDONED = """
    with dead as (
        select load_id from ops.loads
        where account_id = %(account)s and provider = %(provider)s and entity = %(entity)s
            and status = 'running' and load_id <> %(load)s
            and pg_try_advisory_xact_lock(hashtextextended(load_id::text, 1))
    )
    update ops.loads set status = 'failed', finished_at = clock_timestamp(),
        error = 'The process of this load ended before the load did. What to do: nothing, a later load took its place.'
    where load_id in (select load_id from dead)
"""


class Journal:
    """Writes the journal of one load."""

    def __init__(self, connection: psycopg.Connection[TupleRow], summary: LoadSummary) -> None:
        self._connection = connection
        self._summary = summary
        self._parameters = {
            "load": summary.load_id,
            "account": summary.account_id,
            "provider": summary.provider,
            "entity": summary.entity,
        }

    def open(self) -> None:
        """Enter the load as running, close those of the same entity whose process is dead; committed.

        Raises:
            ConfigurationError: the warehouse has no tables yet.
        """
        window = self._summary.window
        bounds = {"start": window.start if window else None, "end": window.end if window else None}
        how = {**self._parameters, **bounds, "mode": self._summary.mode}
        self._connection.execute(
            "select pg_advisory_lock(hashtextextended(%s, 1))", (str(self._summary.load_id),)
        )
        try:
            self._connection.execute(OPEN, how)
        except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege) as error:
            raise ConfigurationError(
                f"{self._summary}: the journal of loads is not there: {str(error).splitlines()[0]}",
                remedy="run voronka up (or voronka migrate for a Postgres of your own) first.",
            ) from None
        self._connection.execute(CLOSE_ABANDONED, self._parameters)
        self._connection.commit()

    def write(self) -> None:
        """Write status and counts, within the caller's transaction."""
        summary = self._summary
        if summary.error and len(summary.error) > LONGEST_ERROR:
            summary.error = summary.error[:LONGEST_ERROR] + " …"
        self._connection.execute(
            COUNT,
            {
                **self._parameters,
                **{name: getattr(summary, name) for name in summary.__slots__ if name.startswith("rows_")},
                "status": summary.status,
                "pages": summary.pages,
                "source_total": summary.source_total,
                "error": summary.error,
            },
        )

    def advance_watermark(self, reached: datetime) -> None:
        """Move the watermark forward, never back, within the caller's transaction."""
        self._connection.execute(ADVANCE, {**self._parameters, "reached": reached})
