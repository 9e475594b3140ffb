"""The sent-once ledger ``ops.deliveries``.

A row is claimed (``sending``, committed) before the mail server hears of the letter and marked after. A process that
dies in between leaves ``sending``: whether the server took the letter cannot be known, so after a while the row becomes
``uncertain``, is never sent again by itself and is told to people. That is the one unavoidable case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.pq import TransactionStatus

UNCERTAIN_AFTER = timedelta(minutes=15)
Outcome = Literal["sent", "already_sent", "superseded_content", "refused", "uncertain", "in_progress"]
_SETTLED: dict[str, Outcome] = {
    "sent": "already_sent",
    "refused": "refused",
    "uncertain": "uncertain",
    "sending": "in_progress",
}


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a letter to a recipient one and the same; ``content_hash`` tells its versions apart."""

    report: str
    account_id: str
    subject_id: str
    period: str
    language: str
    recipient: str
    content_hash: str

    @property
    def parameters(self) -> dict[str, str]:
        """As query parameters."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that this process, and no other, may now send. ``attempt`` counts from 1."""

    delivery_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A letter of which nobody knows whether it arrived. ``since`` is when it was handed over, UTC."""

    delivery_id: UUID
    report: str
    account_id: str
    subject_id: str
    period: str
    recipient: str


def claim(
    connection: Connection[Any], key: Key, *, run_id: str | None = None, resend: bool = False
) -> Claim | Outcome:
    """Take the row of a letter for sending, or say why it must not be sent now.

    Args:
        connection: with no open transaction; the claim is committed when this returns.
        resend: send although it, or an earlier version of it, went out before.
    """
    _require_idle(connection)
    with connection.transaction():
        # One decision at a time per letter and recipient, also between versions of different content.
        connection.execute(
            "select pg_advisory_xact_lock(hashtextextended(concat_ws('|', %(report)s::text, %(account_id)s::text,"
            " %(subject_id)s::text, %(period)s::text, %(recipient)s::text), 7))",
            key.parameters,
        )
        row = connection.execute(
            """
            select delivery_id, status, updated_at < clock_timestamp() - %(age)s
            from ops.deliveries
            where report = %(report)s and account_id = %(account_id)s and subject_id = %(subject_id)s
              and period = %(period)s and recipient = %(recipient)s and content_hash = %(content_hash)s
            """,
            {**key.parameters, "age": UNCERTAIN_AFTER},
        ).fetchone()
        if row is not None and row[1] == "sending":
            if not row[2]:
                return "in_progress"
            _set_status(
                connection, row[0], "uncertain", "The process ended between handing over and noting it."
            )
            if not resend:
                return "uncertain"
        elif row is not None and row[1] in _SETTLED and not resend:
            return _SETTLED[row[1]]
        status = "superseded" if not resend and _went_out_before(connection, key) else "sending"
        taken = connection.execute(
            """
            insert into ops.deliveries (report, account_id, subject_id, period, recipient, content_hash, language,
                status, attempts, run_id)
            values (%(report)s, %(account_id)s, %(subject_id)s, %(period)s, %(recipient)s, %(content_hash)s,
                %(language)s, %(status)s, %(first)s, %(run_id)s)
            on conflict (report, account_id, subject_id, period, recipient, content_hash) do update
            set status = excluded.status, attempts = deliveries.attempts + excluded.attempts,
                run_id = coalesce(excluded.run_id, deliveries.run_id), updated_at = clock_timestamp(), error = null
            returning delivery_id, attempts
            """,
            {**key.parameters, "status": status, "first": int(status == "sending"), "run_id": run_id},
        ).fetchone()
    if taken is None:
        raise RuntimeError("insert … returning gave no row")
    return "superseded_content" if status == "superseded" else Claim(taken[0], taken[1])


def mark(
    connection: Connection[Any],
    delivery_id: UUID,
    status: Literal["sent", "failed", "refused", "uncertain"],
    *,
    message_id: str | None = None,
    error: str | None = None,
) -> None:
    """Write how a claimed letter ended; committed when this returns."""
    _require_idle(connection)
    with connection.transaction():
        _set_status(connection, delivery_id, status, error, message_id)


def uncertain(connection: Connection[Any]) -> list[Uncertain]:
    """Letters that may or may not have arrived, those left in ``sending`` for long included; oldest first."""
    rows = connection.execute(
        """
        select delivery_id, report, account_id, subject_id, period, recipient from ops.deliveries
        where status = 'uncertain' or (status = 'sending' and updated_at < clock_timestamp() - %(age)s)
        order by updated_at
        """,
        {"age": UNCERTAIN_AFTER},
    ).fetchall()
    return [Uncertain(*row) for row in rows]


def _went_out_before(connection: Connection[Any], key: Key) -> bool:
    found = connection.execute(
        """
        select 1 from ops.deliveries
        where report = %(report)s and account_id = %(account_id)s and subject_id = %(subject_id)s
          and period = %(period)s and recipient = %(recipient)s and language = %(language)s
          and content_hash <> %(content_hash)s
          and status in ('sent', 'sending', 'uncertain')
        limit 1
        """,
        key.parameters,
    ).fetchone()
    return found is not None


def _set_status(
    connection: Connection[Any],
    delivery_id: UUID,
    status: str,
    error: str | None,
    message_id: str | None = None,
) -> None:
    connection.execute(
        """
        update ops.deliveries
        set status = %(status)s, error = %(error)s, message_id = coalesce(%(message_id)s, message_id),
            updated_at = clock_timestamp(), sent_at = case when %(status)s = 'sent' then clock_timestamp() else sent_at end
        where delivery_id = %(id)s
        """,
        {"status": status, "error": error, "message_id": message_id, "id": delivery_id},
    )


def _require_idle(connection: Connection[Any]) -> None:
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError(
            "the ledger needs a connection without an open transaction, or its marks could be rolled back"
        )
