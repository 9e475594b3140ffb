"""Raw tables of SE Ranking and Yandex Webmaster."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ENTITIES = {
    "seranking": ("searchengines", "sites", "engines", "keywords", "positions"),
    "webmaster": ("hosts", "queries"),
}
PARTITIONED = {("seranking", "positions"), ("webmaster", "queries")}


def upgrade() -> None:
    """Make a table and its history for every entity."""
    bind = op.get_bind()
    for provider, entities in ENTITIES.items():
        for entity in entities:
            run(bind, *raw_table(provider, entity, partitioned=(provider, entity) in PARTITIONED))
