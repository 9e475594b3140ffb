"""Raw tables of Google Search Console."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make a table and its history for both entities."""
    bind = op.get_bind()
    run(bind, *raw_table("gsc", "sites"), *raw_table("gsc", "performance", partitioned=True))
