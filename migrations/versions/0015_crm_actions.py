"""The journal of what is changed in a CRM."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DESCRIPTIONS = {
    "": "One row per change that was to be made in a CRM; a key is carried out once.",
    "account_id": "Slug of the account.",
    "provider": "amocrm.",
    "action_key": "Names the change for good.",
    "kind": "responsible, stage, fields, tags, task, note or call.",
    "request": "The record and what is sent about it.",
    "reason": "Why, for people.",
    "dry_run": "Whether it was only tried out so far: nothing was sent.",
    "status": "planned, sent (left, outcome not known yet), done, failed or uncertain (looked up at the next try).",
    "made_id": "Id of the task, note or call that it made.",
    "error": "Why it failed or is uncertain.",
    "created_at": "When it was entered.",
    "sent_at": "When it last left; null before.",
    "finished_at": "When its outcome was entered; null before.",
}


def upgrade() -> None:
    """Make the table for the application."""
    run(
        op.get_bind(),
        "create table ops.crm_actions ("
        " account_id text not null, provider text not null, action_key text not null, kind text not null,"
        " request jsonb not null, reason text not null, dry_run boolean not null, status text not null"
        " check (status in ('planned', 'sent', 'done', 'failed', 'uncertain')), made_id text, error text,"
        " created_at timestamptz not null default clock_timestamp(), sent_at timestamptz, finished_at timestamptz,"
        " primary key (account_id, provider, action_key))",
        *(
            f"comment on {f'column ops.crm_actions.{column}' if column else 'table ops.crm_actions'} is '{text}'"
            for column, text in DESCRIPTIONS.items()
        ),
        "grant select, insert, update on ops.crm_actions to voronka_app",
    )
