"""One rate for all processes of an account, kept in Postgres, and whether its provider blocks it."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import datetime

import psycopg
from psycopg.rows import TupleRow

from voronka import database
from voronka.domain.errors import AccessBlocked, ConfigurationError

# Gives away the next slot and says how long to wait for it, by the server's clock. A provider that takes n requests
# in any second looks back over a second: so a request may go when the one n before it is a second old, whatever
# happened to those between them. A bucket that has been idle starts now: unused slots are not saved up.
TAKE = """
    insert into ops.rate_limits as r (bucket, next_free_at, recent)
    values (
        %(bucket)s, clock_timestamp() + %(gap)s * interval '1 second',
        array[clock_timestamp() + %(period)s * interval '1 second']
    )
    on conflict (bucket) do update
    set next_free_at = greatest(r.next_free_at, r.recent[cardinality(r.recent) - %(places)s + 1], clock_timestamp())
            + %(gap)s * interval '1 second',
        recent = r.recent[cardinality(r.recent) - %(places)s + 2:]
            || greatest(r.next_free_at, r.recent[cardinality(r.recent) - %(places)s + 1], clock_timestamp())
            + %(period)s * interval '1 second'
    returning extract(epoch from next_free_at - clock_timestamp())::float8 - %(gap)s,
        recent[cardinality(recent)], blocked_why, blocked_remedy
"""
# A request that leaves late keeps its place longer, or the one that takes the place after it came too early.
CAME_LATE = """
    update ops.rate_limits
    set recent = array_replace(recent, %(slot)s, clock_timestamp() + %(period)s * interval '1 second')
    where bucket = %(bucket)s
"""
BLOCK = """
    insert into ops.rate_limits as r (bucket, next_free_at, blocked_at, blocked_why, blocked_remedy)
    values (%(bucket)s, clock_timestamp(), clock_timestamp(), %(why)s, %(remedy)s)
    on conflict (bucket) do update set blocked_at = clock_timestamp(), blocked_why = %(why)s, blocked_remedy = %(remedy)s
    where r.blocked_at is null
"""
UNBLOCK = """
    update ops.rate_limits set blocked_at = null, blocked_why = null, blocked_remedy = null
    where bucket = %(bucket)s and blocked_at is not null
"""
RECONNECTS = 6
JITTER_SECONDS = 0.02
"""By how much two requests may come closer on their way than they were sent, without a second holding too many."""
LATE_SECONDS = 0.003
"""A process that wakes up later than this says so."""


class PostgresLimiter:
    """Lets requests of an account pass at a provider's rate, over all threads and processes.

    Slots are given in the order of asking, evenly apart; any second at the provider holds at most its rate.

    Args:
        rate_per_second: requests a second, over zero; every process should be given the same.
    """

    def __init__(self, account_id: str, provider: str, rate_per_second: float) -> None:
        if rate_per_second <= 0:
            raise ConfigurationError(
                f"The rate of {provider} of the account {account_id} is {rate_per_second} a second.",
                remedy="set rate_per_second to a number over zero.",
            )
        places = max(1, int(rate_per_second))
        self._account_id, self._provider = account_id, provider
        self._parameters = {
            "bucket": f"{account_id}/{provider}",
            "places": places,
            "gap": 1 / rate_per_second,
            "period": (1 + JITTER_SECONDS) * places / rate_per_second,
        }
        self._connection: psycopg.Connection[TupleRow] | None = None
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Return when one more request may be sent.

        Raises:
            AccessBlocked: the provider was found to block the account, here or in another process.
            psycopg.OperationalError: the database stayed away for about half a minute.
        """
        asked_at = time.monotonic()
        with self._lock:
            wait, slot, why, remedy = self._execute(TAKE)
        if why is not None:
            raise AccessBlocked(
                f"{why} No request was sent since.",
                account_id=self._account_id,
                provider=self._provider,
                remedy=f"{remedy} When the block is lifted, say voronka unblock {self._account_id}.",
            )
        time.sleep(max(0.0, asked_at + wait - time.monotonic()))
        if time.monotonic() - asked_at - max(wait, 0.0) > LATE_SECONDS:
            self._tell_late(slot)

    def block(self, error: AccessBlocked) -> None:
        """Let nobody pass any more: the provider blocks the account, and asking again makes it worse."""
        with self._lock:
            self._execute(BLOCK, why=error.message, remedy=error.remedy)

    def unblock(self) -> bool:
        """Let requests pass again; whether they were blocked."""
        with self._lock, database.connect("loader", autocommit=True) as connection:
            return connection.execute(UNBLOCK, self._parameters).rowcount > 0

    def close(self) -> None:
        """Give back the connection; the next :meth:`acquire` opens one."""
        with self._lock:
            self._drop()

    def _tell_late(self, slot: datetime) -> None:
        with self._lock:
            self._execute(CAME_LATE, slot=slot)

    def _execute(self, statement: str, **more: object) -> TupleRow:
        """The row of a statement, or an empty one; over a lost connection too."""
        attempt = 0
        while True:
            try:
                cursor = self._connected().execute(statement, {**self._parameters, **more})
                return (cursor.fetchone() if cursor.description else None) or ()
            except psycopg.OperationalError:
                self._drop()
                if attempt == RECONNECTS:
                    raise
                time.sleep(2**attempt / 2)
                attempt += 1

    def _connected(self) -> psycopg.Connection[TupleRow]:
        if self._connection is None or self._connection.closed:
            self._connection = database.connect("loader", autocommit=True)
            # A slot lost in a crash of the server hurts nobody; waiting for the disk at every request would.
            self._connection.execute("set synchronous_commit = off")
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None
