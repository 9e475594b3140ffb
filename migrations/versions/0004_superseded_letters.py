"""A letter whose figures changed after it was sent is noted in the ledger, and not sent again by itself."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATUSES = "'pending', 'sending', 'sent', 'failed', 'uncertain', 'refused', 'superseded'"


def upgrade() -> None:
    """Allow the status ``superseded`` and find the earlier letters of a key quickly."""
    run(
        op.get_bind(),
        "alter table ops.deliveries drop constraint deliveries_status_check",
        f"alter table ops.deliveries add constraint deliveries_status_check check (status in ({STATUSES}))",
        "comment on column ops.deliveries.status is 'pending, sending, sent, failed, refused; uncertain: handed over"
        " but never confirmed; superseded: other figures of the same letter had gone out before.'",
    )
