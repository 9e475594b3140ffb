"""Raw tables of Zadarma."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make a table and its history for every entity; legs of calls by month."""
    bind = op.get_bind()
    for entity in ("account", "extensions", "calls"):
        run(bind, *raw_table("zadarma", entity, partitioned=entity == "calls"))
