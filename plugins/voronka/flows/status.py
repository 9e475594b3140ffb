"""What stands where: for ``voronka status`` and whoever is on call."""

from __future__ import annotations

from typing import Any

from voronka import database
from voronka.config import state_folder
from voronka.domain import clock
from voronka.loading.reading import owed_by_entity

QUERIES: dict[str, str] = {
    "sources": """
        select account_id, provider, min(high_water_at) as loaded_until, count(*) as entities
        from ops.watermarks group by account_id, provider order by account_id, provider
    """,
    "failed_loads": """
        select account_id, provider, entity, window_from, window_to, error
        from (
            select distinct on (account_id, provider, entity) *
            from ops.loads order by account_id, provider, entity, started_at desc
        ) as last
        where status = 'failed' order by account_id, provider, entity
    """,
    "quarantine": """
        select account_id, provider, entity, code, count(*) as records, min(first_seen_at) as since
        from ops.quarantine where resolved_at is null
        group by account_id, provider, entity, code order by records desc
    """,
    "runs": """
        select run_id, status, started_at, published_at, data_as_of, failed_step
        from ops.runs order by started_at desc limit 5
    """,
    "held_accounts": """
        select account_id, reason from ops.run_accounts
        where status = 'held' and run_id = (select run_id from ops.runs order by started_at desc limit 1)
        order by account_id
    """,
    "letters": """
        select report, account_id, period, status, count(*) as letters
        from ops.deliveries group by report, account_id, period, status order by max(created_at) desc limit 10
    """,
}


def status() -> dict[str, Any]:
    """Sources with how far they are loaded and how late that is, failed loads, windows still owed, quarantine, runs, letters."""
    found: dict[str, Any] = {"as_of": clock.now(), "state_folder": str(state_folder())}
    with database.connect("loader") as loader, database.connect("app") as app:
        for name, query in QUERIES.items():
            connection = app if name in ("runs", "held_accounts", "letters") else loader
            cursor = connection.execute(query)
            columns = [c.name for c in cursor.description or ()]
            found[name] = [dict(zip(columns, row, strict=True)) for row in cursor]
        found["owed_windows"] = owed_by_entity(loader)
    for source in found["sources"]:
        source["hours_late"] = round((clock.now() - source["loaded_until"]).total_seconds() / 3600, 1)
    return found
