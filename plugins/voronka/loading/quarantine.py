"""Records that could not be taken: kept with their reason, closed when a sound version comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from voronka.connectors.base import Rejection
from voronka.loading.versions import storable_json

PUT = """
    insert into ops.quarantine (
        account_id, provider, entity, payload_hash, code, source_id, reason, remedy, payload,
        first_seen_at, last_seen_at, load_id
    )
    values (
        %(account)s, %(provider)s, %(entity)s, %(hash)s, %(code)s, %(source_id)s, %(reason)s, %(remedy)s,
        %(payload)s::jsonb, %(now)s, %(now)s, %(load)s
    )
    on conflict (account_id, provider, entity, payload_hash, code) do update
    set seen_count = quarantine.seen_count + (quarantine.load_id <> excluded.load_id)::int,
        last_seen_at = excluded.last_seen_at, reason = excluded.reason, remedy = excluded.remedy,
        load_id = excluded.load_id, resolved_at = null
"""

HAS_OPEN = """
    select exists (
        select from ops.quarantine
        where account_id = %(account)s and provider = %(provider)s and entity = %(entity)s and resolved_at is null
    )
"""

RESOLVE = """
    update ops.quarantine set resolved_at = %(now)s
    where account_id = %(account)s and provider = %(provider)s and entity = %(entity)s
        and resolved_at is null and source_id = any(%(ids)s)
"""


class Quarantine:
    """The quarantine of one entity of an account, within the caller's transaction."""

    def __init__(
        self,
        connection: psycopg.Connection[TupleRow],
        account_id: str,
        provider: str,
        entity: str,
        load_id: UUID,
    ) -> None:
        self._connection = connection
        self._parameters = {"account": account_id, "provider": provider, "entity": entity, "load": load_id}

    def put(self, rejections: Iterable[Rejection], now: datetime) -> None:
        """Enter rejections; one that is there already is counted once more per load."""
        for rejection in rejections:
            payload = storable_json(rejection.payload)
            self._connection.execute(
                PUT,
                {
                    **self._parameters,
                    "hash": blake2b(payload, digest_size=16).hexdigest(),
                    "code": rejection.code,
                    "source_id": _readable(rejection.source_id),
                    "reason": _readable(rejection.reason),
                    "remedy": rejection.remedy,
                    "payload": payload.decode(),
                    "now": now,
                },
            )

    def resolve(self, source_ids: Sequence[str], now: datetime) -> None:
        """Close what is open for ids of which a sound version has come."""
        if self._connection.execute(HAS_OPEN, self._parameters).fetchone() == (True,):
            self._connection.execute(RESOLVE, {**self._parameters, "ids": source_ids, "now": now})


def _readable(text: str | None) -> str | None:
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd") if text is not None else None
