"""Raw tables of the rest of amoCRM: lists and invoices, links, incoming requests, segments, groups of fields."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ENTITIES = (
    "segments",
    "customer_statuses",
    "unsorted",
    "catalogs",
    "catalog_elements",
    "links",
    "custom_field_groups",
    "sources",
    "webhooks",
)


def upgrade() -> None:
    """Make a table and its history for each."""
    bind = op.get_bind()
    for entity in ENTITIES:
        run(bind, *raw_table("amocrm", entity))
