"""What models fitted to clients' lives found, and what they expect."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DESCRIPTIONS = {
    "model_fits": {
        "": "One row per account, model and last closed month it was fitted up to; a later fit of it replaces the row.",
        "account_id": "Slug of the account.",
        "model": "shifted_beta_geometric.",
        "data_cut": "First day of the last closed month that the data reach to.",
        "fitted_at": "When it was fitted.",
        "status": "fitted or refused.",
        "reason": "Why it was refused.",
        "clients": "Lives it was fitted to.",
        "parameters": "Parameters by name; null when refused.",
        "log_likelihood": "Natural logarithm of the likelihood; null when refused.",
    },
    "model_expectations": {
        "": "What the last fit of an account expects, by tenure; no rows when it was refused.",
        "account_id": "Slug of the account.",
        "model": "shifted_beta_geometric.",
        "tenure_months": "Months the client has been there; 0 for one who has just signed.",
        "expected_months": "Discounted months still to come.",
    },
}


def upgrade() -> None:
    """Make both tables: the application writes them, the transformer reads them."""
    run(
        op.get_bind(),
        "create table ops.model_fits ("
        " account_id text not null, model text not null, data_cut date not null, fitted_at timestamptz not null,"
        " status text not null check (status in ('fitted', 'refused')), reason text, clients int not null,"
        " parameters jsonb, log_likelihood double precision,"
        " primary key (account_id, model, data_cut),"
        " check ((status = 'fitted') = (parameters is not null and log_likelihood is not null and reason is null)))",
        "create table ops.model_expectations ("
        " account_id text not null, model text not null, tenure_months int not null check (tenure_months >= 0),"
        " expected_months numeric not null check (expected_months >= 0),"
        " primary key (account_id, model, tenure_months))",
        *_comments(),
        "grant select, insert, update on ops.model_fits to voronka_app",
        "grant select, insert, delete on ops.model_expectations to voronka_app",
        "grant select on ops.model_fits, ops.model_expectations to voronka_transformer",
    )


def _comments() -> list[str]:
    return [
        f"comment on {f'column ops.{table}.{column}' if column else f'table ops.{table}'} is '{text}'"
        for table, columns in DESCRIPTIONS.items()
        for column, text in columns.items()
    ]
