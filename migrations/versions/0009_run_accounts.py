"""Per run and account: whether its reports may go out, and how fresh its data was."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = {
    "": "One row per account of a transform run: whether its marts were released to reports.",
    "run_id": "The transform run.",
    "account_id": "Slug of the account.",
    "status": "held (the run went on, nothing of this account is sent) or published.",
    "data_as_of": "The moment up to which every source of the account was loaded; null while held.",
    "reason": "Why it is held, with the remedy.",
}


def upgrade() -> None:
    """Make the table; accounts of runs published before keep the moment of their run."""
    run(
        op.get_bind(),
        "create table ops.run_accounts ("
        " run_id text not null references ops.runs (run_id) on delete cascade, account_id text not null,"
        " status text not null check (status in ('held', 'published')), data_as_of timestamptz, reason text,"
        " primary key (run_id, account_id),"
        " check ((status = 'held') = (reason is not null and data_as_of is null)))",
        *(
            f"comment on {f'column ops.run_accounts.{column}' if column else 'table ops.run_accounts'} is '{text}'"
            for column, text in COLUMNS.items()
        ),
        "grant select, insert, update, delete on ops.run_accounts to voronka_app",
        "insert into ops.run_accounts (run_id, account_id, status, data_as_of)"
        " select r.run_id, a.account_id, 'published', r.data_as_of from ops.runs as r cross join ops.accounts as a"
        " where r.status = 'published' and r.data_as_of is not null",
    )
