"""What was loaded beside what the sources themselves count: the figures. Whether they agree is judged by the suites
``ops_loads`` and ``ops_full_lists``."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection, sql
from psycopg.rows import TupleRow


@dataclass(frozen=True, slots=True)
class Comparison:
    """The last successful load of an entity.

    Attributes:
        source_total: records the source said the request holds; None when it is silent.
        received: records that load received, repeats included.
        quarantined: records of it that could not be taken.
        live_rows: rows of the account in the raw table that are not marked deleted, from all loads.
    """

    account_id: str
    provider: str
    entity: str
    source_total: int | None
    received: int
    quarantined: int
    live_rows: int

    @property
    def table(self) -> str:
        return f"raw.{self.provider}_{self.entity}"


def comparisons(connection: Connection[TupleRow]) -> list[Comparison]:
    """One comparison per account and entity that was ever loaded; read as ``voronka_transformer``."""
    loads = connection.execute(
        """
        select distinct on (account_id, provider, entity)
            account_id, provider, entity, source_total, rows_received, rows_quarantined
        from ops.loads
        where status = 'succeeded'
        order by account_id, provider, entity, finished_at desc
        """
    ).fetchall()
    live: dict[tuple[str, str, str], int] = {}
    for provider, entity in sorted({(row[1], row[2]) for row in loads}):
        counts = connection.execute(
            sql.SQL(
                "select account_id, count(*) from {} where deleted_at is null group by account_id"
            ).format(sql.Identifier("raw", f"{provider}_{entity}"))
        )
        live.update({(account_id, provider, entity): count for account_id, count in counts})
    return [
        Comparison(
            account_id,
            provider,
            entity,
            total,
            received,
            quarantined,
            live.get((account_id, provider, entity), 0),
        )
        for account_id, provider, entity, total, received, quarantined in loads
    ]
