"""Raw tables of bank statements, and where an account's payments are counted."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; accounts known by now go on counting the CRM's purchases until the settings are copied."""
    bind = op.get_bind()
    for provider in ("bank_1c", "bank_csv"):
        run(bind, *raw_table(provider, "documents"))
    run(
        bind,
        "alter table ops.accounts add column payments_truth text not null default 'transactions'",
        "comment on column ops.accounts.payments_truth is"
        " 'Where payments are counted: bank or transactions; the others are only compared.'",
    )
