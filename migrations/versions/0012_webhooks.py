"""Webhooks: what came in, and which records it says to read again."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DESCRIPTIONS = {
    "webhook_inbox": {
        "": "One row per webhook that was accepted, as it came.",
        "hook_id": "Given by the receiver when it accepted the webhook.",
        "account_id": "Slug of the account.",
        "provider": "amocrm.",
        "received_at": "When the receiver accepted it.",
        "stored_at": "When it was moved here from the receiver''s disk.",
        "body": "The body as it came: form-encoded text.",
        "hints": "How many records it names.",
    },
    "webhook_hints": {
        "": "One row per record that a webhook ever named: what is to be read again.",
        "account_id": "Slug of the account.",
        "provider": "amocrm.",
        "entity": "As in raw.<provider>_<entity>.",
        "source_id": "The record, as in the raw table.",
        "is_deletion": "Whether the latest webhook says that the record is gone.",
        "hinted_at": "When the latest webhook that names it was accepted.",
        "attempts": "How often reading it has failed since.",
        "next_try_at": "Not before this moment.",
        "done_at": "When it was read and loaded; null while it waits.",
        "outcome": "loaded, absent (nothing to read, nothing to mark), unsupported (no such entity is loaded); null while it waits.",
        "error": "Why the last try failed, with the remedy.",
    },
}


def upgrade() -> None:
    """Make both tables for the loader; loads may be hinted."""
    run(
        op.get_bind(),
        "create table ops.webhook_inbox ("
        " hook_id uuid primary key, account_id text not null, provider text not null, received_at timestamptz not null,"
        " stored_at timestamptz not null default clock_timestamp(), body text not null, hints int not null)",
        "create index webhook_inbox_received on ops.webhook_inbox (received_at)",
        "create table ops.webhook_hints ("
        " account_id text not null, provider text not null, entity text not null, source_id text not null,"
        " is_deletion boolean not null, hinted_at timestamptz not null, attempts int not null default 0,"
        " next_try_at timestamptz not null default clock_timestamp(), done_at timestamptz,"
        " outcome text check (outcome in ('loaded', 'absent', 'unsupported')), error text,"
        " primary key (account_id, provider, entity, source_id), check ((done_at is null) = (outcome is null)))",
        "create index webhook_hints_waiting on ops.webhook_hints (account_id, provider, next_try_at)"
        " where done_at is null",
        *(
            f"comment on {f'column ops.{table}.{column}' if column else f'table ops.{table}'} is '{text}'"
            for table, columns in DESCRIPTIONS.items()
            for column, text in columns.items()
        ),
        "grant select, insert, update, delete on ops.webhook_inbox, ops.webhook_hints to voronka_loader",
        "alter table ops.loads drop constraint loads_mode_check,"
        " add constraint loads_mode_check check (mode in ('full', 'window', 'sweep', 'hinted'))",
        "comment on column ops.loads.mode is 'full: the whole list; window: what changed in the window;"
        " sweep: all ids; hinted: the records that webhooks named.'",
    )
