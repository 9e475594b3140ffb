"""A readable list of the cells of sheets that break a rule, and of sheets that were refused."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

VIEW = """
    create view ops.sheet_problems as
    with last_loads as (
        select distinct on (account_id, entity) account_id, entity, load_id, status, started_at, error
        from ops.loads
        where provider = 'sheets' and status in ('succeeded', 'failed', 'skipped')
        order by account_id, entity, started_at desc
    )
    select
        q.account_id, q.entity as layout, q.payload ->> 'sheet' as sheet, (q.payload ->> 'row')::int as row_number,
        q.payload ->> 'column' as column_letter, q.payload ->> 'header' as header, q.payload ->> 'found' as found,
        q.payload ->> 'expected' as expected, q.code, q.reason, q.remedy, q.first_seen_at, q.last_seen_at
    from ops.quarantine as q
    inner join last_loads as l on q.account_id = l.account_id and q.entity = l.entity and q.load_id = l.load_id
    where q.provider = 'sheets' and q.resolved_at is null
    union all
    select account_id, entity, null, null, null, null, null, null, 'refused', error, '', started_at, started_at
    from last_loads where status = 'failed'
"""
COMMENT = (
    "Cells of sheets that break a rule in the last load, and sheets whose last load failed: one row per cell, or per"
    " refused sheet (code refused, no row_number). What it names is in force in its last sound version."
)


def upgrade() -> None:
    """Make the view."""
    run(
        op.get_bind(),
        VIEW,
        f"comment on view ops.sheet_problems is '{COMMENT}'",
        "grant select on ops.sheet_problems to voronka_app, voronka_transformer, voronka_loader",
    )
