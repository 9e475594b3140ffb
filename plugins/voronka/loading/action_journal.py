"""The journal of what we change in a CRM (``ops.crm_actions``): each key is carried out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from voronka.domain.errors import ConfigurationError

Status = Literal["planned", "sent", "done", "failed", "uncertain"]

PLAN = """
    insert into ops.crm_actions as a (account_id, provider, action_key, kind, request, reason, dry_run, status)
    values (%(account)s, %(provider)s, %(key)s, %(kind)s, %(request)s, %(reason)s, %(dry_run)s, 'planned')
    on conflict (account_id, provider, action_key) do update set dry_run = a.dry_run and excluded.dry_run
    returning status, sent_at, made_id, error, kind = %(kind)s and request = %(request)s
"""
SENT = """
    update ops.crm_actions set status = 'sent', sent_at = clock_timestamp()
    where account_id = %s and provider = %s and action_key = any(%s)
"""
FINISH = """
    update ops.crm_actions set status = %s, made_id = %s, error = %s, finished_at = clock_timestamp()
    where account_id = %s and provider = %s and action_key = %s
"""
CLAIMED = """
    select made_id from ops.crm_actions
    where account_id = %s and provider = %s and kind = %s and made_id is not null
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an action stands; ``sent_at`` is when it last left, aware."""

    status: Status
    sent_at: datetime | None
    made_id: str | None
    error: str | None


class ActionJournal:
    """The journal of one account.

    Args:
        connection: under the application's role, in autocommit: every line is durable before what follows it.
    """

    def __init__(self, connection: psycopg.Connection[TupleRow], account_id: str, provider: str) -> None:
        self._connection = connection
        self._ours = (account_id, provider)

    def take_turn(self) -> None:
        """Wait until no other process changes this account's CRM; the turn lasts as long as the connection."""
        self._connection.execute("select pg_advisory_lock(hashtextextended(%s, 4))", ("/".join(self._ours),))

    def plan(self, key: str, kind: str, request: Mapping[str, Any], reason: str, *, dry_run: bool) -> Entry:
        """Enter an action; where it stands if it was entered before.

        Raises:
            ConfigurationError: the key stands for another action.
        """
        account, provider = self._ours
        row = self._connection.execute(
            PLAN,
            {
                "account": account, "provider": provider, "key": key, "kind": kind, "request": Jsonb(dict(request)),
                "reason": reason, "dry_run": dry_run,
            },
        ).fetchone()  # fmt: skip
        if row is None or not row[4]:
            raise ConfigurationError(
                f"{account}: the action {key!r} was entered before with other contents.",
                remedy="give every action a key of its own.",
            )
        return Entry(*row[:4])

    def sent(self, keys: Iterable[str]) -> None:
        """These are about to leave."""
        self._connection.execute(SENT, (*self._ours, list(keys)))

    def finish(self, key: str, status: Status, made_id: str | None, error: str | None) -> None:
        """What came of one."""
        self._connection.execute(FINISH, (status, made_id, error, *self._ours, key))

    def claimed(self, kind: str) -> set[str]:
        """Ids that actions of a kind are known to have made."""
        return {row[0] for row in self._connection.execute(CLAIMED, (*self._ours, kind))}
