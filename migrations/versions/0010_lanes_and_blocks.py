"""A request may go once the one a whole quota before it is a second old; a block of a provider is remembered."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COMMENTS = {
    "recent": "For each of the latest requests, as many as fit into a second, when its place is free again.",
    "blocked_at": "When the provider was found to block this account; null while it does not.",
    "blocked_why": "The message that says so.",
    "blocked_remedy": "What to do about it.",
}


def upgrade() -> None:
    """Add the columns, described."""
    run(
        op.get_bind(),
        "alter table ops.rate_limits add column recent timestamptz[] not null default '{}',"
        " add column blocked_at timestamptz, add column blocked_why text, add column blocked_remedy text",
        *(f"comment on column ops.rate_limits.{name} is '{about}'" for name, about in COMMENTS.items()),
    )
