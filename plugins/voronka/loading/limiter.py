"""One rate for all processes of an account, kept in Postgres."""

from __future__ import annotations

import contextlib
import threading
import time

import psycopg
from psycopg.rows import TupleRow

from voronka import database
from voronka.domain.errors import ConfigurationError

# Gives away the next slot and says how long to wait for it, by the server's clock. A bucket that has been idle
# starts now: unused slots are not saved up, so that no second ever sees more than the rate.
TAKE = """
    insert into ops.rate_limits as r (bucket, next_free_at)
    values (%(bucket)s, clock_timestamp() + %(gap)s * interval '1 second')
    on conflict (bucket) do update
    set next_free_at = greatest(r.next_free_at, clock_timestamp()) + %(gap)s * interval '1 second'
    returning extract(epoch from next_free_at - clock_timestamp())::float8 - %(gap)s
"""
RECONNECTS = 6
JITTER_SECONDS = 0.05
"""By how much two requests may come closer on their way than their slots were, without a second holding too many."""


class PostgresLimiter:
    """Lets requests of an account pass at a provider's rate, over all threads and processes.

    Slots are given in the order of asking, as far apart as keeps any second at the provider within the rate.

    Args:
        rate_per_second: requests a second, over zero; every process should be given the same.
    """

    def __init__(self, account_id: str, provider: str, rate_per_second: float) -> None:
        if rate_per_second <= 0:
            raise ConfigurationError(
                f"The rate of {provider} of the account {account_id} is {rate_per_second} a second.",
                remedy="set rate_per_second to a number over zero.",
            )
        self._parameters = {
            "bucket": f"{account_id}/{provider}",
            "gap": (1 + JITTER_SECONDS) / rate_per_second,
        }
        self._connection: psycopg.Connection[TupleRow] | None = None
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Return when one more request may be sent.

        Raises:
            psycopg.OperationalError: the database stayed away for about half a minute.
        """
        with self._lock:
            wait = self._take()
        if wait > 0:
            time.sleep(wait)

    def close(self) -> None:
        """Give back the connection; the next :meth:`acquire` opens one."""
        with self._lock:
            self._drop()

    def _take(self) -> float:
        """Seconds until the slot that is now ours."""
        attempt = 0
        while True:
            try:
                row = self._connected().execute(TAKE, self._parameters).fetchone()
                return float(row[0]) if row else 0.0
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
