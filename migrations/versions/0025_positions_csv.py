"""Raw table of positions out of CSV files."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its history."""
    run(op.get_bind(), *raw_table("positionscsv", "checks"))
