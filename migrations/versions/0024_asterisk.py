"""The raw table of Asterisk's call detail records."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, partitioned by month."""
    run(op.get_bind(), *raw_table("asterisk", "calls", partitioned=True))
