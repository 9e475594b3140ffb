"""Raw tables of own collection through the Yandex Search API."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make a table and its history for both entities."""
    bind = op.get_bind()
    run(bind, *raw_table("yandexsearch", "keywords"), *raw_table("yandexsearch", "serps", partitioned=True))
