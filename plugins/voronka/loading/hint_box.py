"""Webhooks in Postgres: what came (``ops.webhook_inbox``) and what is to be read again (``ops.webhook_hints``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

Outcome = Literal["loaded", "absent", "unsupported"]

KEEP_DAYS = 30
MOST_AT_ONCE = 2000
STORE = """
    insert into ops.webhook_inbox (hook_id, account_id, provider, received_at, body, hints)
    values (%s, %s, %s, %s, %s, %s) on conflict do nothing
"""
# A hint that is older than what was read since says nothing new; one that is older than its like changes nothing.
HINT = """
    insert into ops.webhook_hints as h (account_id, provider, entity, source_id, is_deletion, hinted_at)
    values (%s, %s, %s, %s, %s, %s)
    on conflict (account_id, provider, entity, source_id) do update
    set is_deletion = excluded.is_deletion, hinted_at = excluded.hinted_at, attempts = 0,
        next_try_at = clock_timestamp(), done_at = null, outcome = null, error = null
    where excluded.hinted_at > h.hinted_at
"""
WAITING = """
    select entity, source_id, is_deletion, hinted_at from ops.webhook_hints
    where account_id = %s and provider = %s and done_at is null and next_try_at <= clock_timestamp()
    order by next_try_at, entity, source_id limit %s
"""
# Hinted again while it was read, it stays: the reading may have come too early.
DONE = """
    update ops.webhook_hints set done_at = clock_timestamp(), outcome = %s, error = null
    where account_id = %s and provider = %s and entity = %s and source_id = %s and hinted_at = %s and done_at is null
"""
FAILED = """
    update ops.webhook_hints
    set attempts = attempts + 1, error = %s,
        next_try_at = clock_timestamp() + least(3600, 10 * 2 ^ least(attempts, 9)) * interval '1 second'
    where account_id = %s and provider = %s and entity = %s and source_id = %s and hinted_at = %s
"""
FORGET = (
    "delete from ops.webhook_inbox where received_at < clock_timestamp() - %s * interval '1 day'",
    "delete from ops.webhook_hints where done_at < clock_timestamp() - %s * interval '1 day'",
)


@dataclass(frozen=True, slots=True)
class StoredHint:
    """A record that waits to be read again."""

    entity: str
    source_id: str
    is_deletion: bool
    hinted_at: datetime


class HintBox:
    """The webhooks of one account and provider.

    Args:
        connection: under the loader's role, in autocommit.
    """

    def __init__(self, connection: psycopg.Connection[TupleRow], account_id: str, provider: str) -> None:
        self._connection = connection
        self._ours = (account_id, provider)

    def put(
        self,
        hook_id: UUID,
        received_at: datetime,
        body: str,
        hints: Sequence[tuple[str, str, bool]],
    ) -> None:
        """Keep a webhook and its hints (entity, source_id, is_deletion); durable on return, twice changes nothing."""
        with self._connection.transaction():
            kept = body.replace("\x00", "�")
            stored = self._connection.execute(STORE, (hook_id, *self._ours, received_at, kept, len(hints)))
            if stored.rowcount and hints:
                with self._connection.cursor() as cursor:
                    # In one order everywhere, so that two of these never wait for each other.
                    cursor.executemany(HINT, [(*self._ours, *hint, received_at) for hint in sorted(hints)])

    def take_turn(self) -> bool:
        """Whether no other process works on these hints; the turn lasts until the connection is closed."""
        row = self._connection.execute(
            "select pg_try_advisory_lock(hashtextextended(%s, 3))", ("/".join(self._ours),)
        ).fetchone()
        return bool(row and row[0])

    def waiting(self) -> list[StoredHint]:
        """What is due, the longest waiting first."""
        return [StoredHint(*row) for row in self._connection.execute(WAITING, (*self._ours, MOST_AT_ONCE))]

    def done(self, hints: Iterable[StoredHint], outcome: Outcome) -> None:
        """These were read."""
        with self._connection.cursor() as cursor:
            cursor.executemany(
                DONE, [(outcome, *self._ours, h.entity, h.source_id, h.hinted_at) for h in hints]
            )

    def failed(self, hints: Iterable[StoredHint], error: str) -> None:
        """These could not be read: again later, after ten seconds at first, after an hour at last."""
        with self._connection.cursor() as cursor:
            cursor.executemany(
                FAILED, [(error, *self._ours, h.entity, h.source_id, h.hinted_at) for h in hints]
            )

    def forget_old(self) -> None:
        """Drop what was done with over a month ago: bodies hold names and numbers of people."""
        for statement in FORGET:
            self._connection.execute(statement, (KEEP_DAYS,))
