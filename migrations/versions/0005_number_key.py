"""The key of the hash that stands for phone numbers outside ``pii``: one row, for the transformer."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table for one row; the loader puts the key there, the transformer reads it."""
    run(
        op.get_bind(),
        "create table ops.number_key ("
        " only_row boolean primary key default true check (only_row),"
        " key text not null check (length(key) >= 16))",
        "comment on table ops.number_key is 'The key of the hash that stands for phone numbers in marts. One row.'",
        "comment on column ops.number_key.only_row is 'Always true: there is one row.'",
        "comment on column ops.number_key.key is 'VORONKA_NUMBER_KEY, stored once and never changed.'",
        "grant select, insert on ops.number_key to voronka_loader",
        "grant select on ops.number_key to voronka_transformer",
    )
