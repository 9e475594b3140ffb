"""What stands in the loading part of ``ops`` and ``raw``, for status, planning and the demo."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow, dict_row

from voronka.domain.windows import Window

Connection = psycopg.Connection[TupleRow]


def oldest_watermark(connection: Connection, account_id: str, provider: str) -> datetime | None:
    """How far every entity of a provider is loaded; None when nothing is.

    Entities that the last load skipped (the tariff lacks them) do not hold the others back.
    """
    row = connection.execute(
        """
        select min(w.high_water_at)
        from ops.watermarks as w
        where w.account_id = %(account)s and w.provider = %(provider)s
            and (
                select l.status from ops.loads as l
                where l.account_id = w.account_id and l.provider = w.provider and l.entity = w.entity
                    and l.status in ('succeeded', 'skipped')
                order by l.started_at desc limit 1
            ) is distinct from 'skipped'
        """,
        {"account": account_id, "provider": provider},
    ).fetchone()
    return row[0] if row else None


# What failed and what no load has covered since, per entity.
OWED = """
    select
        l.account_id, l.provider, l.entity,
        range_agg(tstzrange(l.window_from, l.window_to)) filter (where l.status = 'failed')
        - coalesce(
            range_agg(tstzrange(l.window_from, l.window_to)) filter (where l.status in ('succeeded', 'skipped')), '{}'
        ) as windows,
        max(l.started_at) filter (where l.status = 'failed') as failed_at
    from ops.loads as l
    where l.mode = 'window'
    group by l.account_id, l.provider, l.entity
"""


def owed_windows(
    connection: Connection, account_id: str, provider: str, before: datetime, pause: timedelta
) -> list[Window]:
    """Windows before a moment that a load failed on and that no load has covered since, in order.

    The watermark is past them when a later piece of the same history succeeded, so nobody else comes back to them.

    Args:
        pause: how long after its last failure a window is left alone.
    """
    rows = connection.execute(
        f"""
        with owed as ({OWED}),

        together as (
            select range_agg(windows) * tstzmultirange(tstzrange(null, %(before)s)) as windows
            from owed
            where
                account_id = %(account)s and provider = %(provider)s
                and windows is not null and failed_at < clock_timestamp() - %(pause)s
        )

        select lower(w), upper(w) from together cross join unnest(windows) as w order by 1
        """,  # noqa: S608 -- a constant of ours
        {"account": account_id, "provider": provider, "before": before, "pause": pause},
    ).fetchall()
    return [Window(start, end) for start, end in rows]


def owed_by_entity(connection: Connection) -> list[dict[str, Any]]:
    """account_id, provider, entity, window_from and window_to of every such window."""
    return _rows(
        connection,
        f"""
        with owed as ({OWED})

        select account_id, provider, entity, lower(w) as window_from, upper(w) as window_to
        from owed cross join unnest(windows) as w
        order by account_id, provider, entity, window_from
        """,  # noqa: S608 -- a constant of ours
    )


def watermarks(connection: Connection) -> list[dict[str, Any]]:
    """account_id, provider, entity, high_water_at, load_id of every entity loaded."""
    return _rows(connection, "select * from ops.watermarks order by account_id, provider, entity")


def last_loads(connection: Connection) -> list[dict[str, Any]]:
    """The newest row of ``ops.loads`` of every entity."""
    return _rows(
        connection,
        """
        select distinct on (account_id, provider, entity) * from ops.loads
        order by account_id, provider, entity, started_at desc
        """,
    )


def open_quarantine(
    connection: Connection, account_id: str | None = None, *, limit: int = 100
) -> list[dict[str, Any]]:
    """Open records of the quarantine without their payload, the newest first."""
    return _rows(
        connection,
        """
        select account_id, provider, entity, code, source_id, reason, remedy, first_seen_at, last_seen_at, seen_count
        from ops.quarantine
        where resolved_at is null and (%(account)s::text is null or account_id = %(account)s)
        order by last_seen_at desc, provider, entity, source_id limit %(limit)s
        """,
        {"account": account_id, "limit": limit},
    )


def raw_counts(connection: Connection) -> list[dict[str, Any]]:
    """provider, entity, account_id, live rows, deleted rows and versions in history of every raw table."""
    counts: list[dict[str, Any]] = []
    for provider, entity in _raw_tables(connection):
        name = f"{provider}_{entity}"
        query = sql.SQL(
            """
            select account_id, sum(live)::bigint as live, sum(deleted)::bigint as deleted,
                sum(history)::bigint as history
            from (
                select account_id, count(*) filter (where deleted_at is null) as live, count(deleted_at) as deleted,
                    0 as history
                from {current} group by account_id
                union all
                select account_id, 0, 0, count(*) from {history} group by account_id
            ) as both_tables
            group by account_id order by account_id
            """
        ).format(current=sql.Identifier("raw", name), history=sql.Identifier("raw", f"{name}_history"))
        with connection.cursor(row_factory=dict_row) as cursor:
            counts.extend({"provider": provider, "entity": entity, **row} for row in cursor.execute(query))
    return counts


def _raw_tables(connection: Connection) -> list[tuple[str, str]]:
    rows = connection.execute(
        """
        select split_part(c.relname, '_', 1), substr(c.relname, strpos(c.relname, '_') + 1)
        from pg_catalog.pg_class as c
        where c.relnamespace = 'raw'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            and not c.relname like '%\\_history'
        order by c.relname
        """
    ).fetchall()
    return [(provider, entity) for provider, entity in rows]


def _rows(
    connection: Connection, query: str, parameters: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, parameters).fetchall()
