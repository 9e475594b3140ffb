"""Raw tables of what people keep in spreadsheets: contracts, plans, roster, spend."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make a table and its history for every layout."""
    bind = op.get_bind()
    for layout in ("contracts", "plans", "roster", "spend"):
        run(bind, *raw_table("sheets", layout))
