"""Raw table of what advertisements cost."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of Yandex Direct's costs and its history."""
    run(op.get_bind(), *raw_table("direct", "costs", partitioned=True))
