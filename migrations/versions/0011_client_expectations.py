"""What models fitted to clients' purchases expect of each client."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = {
    "": "One row per client that buys without a contract, by the last fit of its account; none when it was refused.",
    "account_id": "Slug of the account.",
    "client_id": "The client, as in marts.",
    "data_cut": "Last day of the data that the models were fitted to.",
    "probability_alive": "Probability that the client will buy again some day, 0 to 1.",
    "expected_purchases": "Discounted purchases within the next 120 months.",
    "expected_value": "Mean amount of a purchase to come, in the currency of the account.",
}


def upgrade() -> None:
    """Make the table: the application writes it, the transformer reads it."""
    run(
        op.get_bind(),
        "create table ops.client_expectations ("
        " account_id text not null, client_id text not null, data_cut date not null,"
        " probability_alive numeric not null check (probability_alive between 0 and 1),"
        " expected_purchases numeric not null check (expected_purchases >= 0),"
        " expected_value numeric not null check (expected_value >= 0),"
        " primary key (account_id, client_id))",
        *(
            f"comment on {f'column ops.client_expectations.{column}' if column else 'table ops.client_expectations'}"
            f" is '{text}'"
            for column, text in COLUMNS.items()
        ),
        "comment on column ops.model_fits.model is 'shifted_beta_geometric, bg_nbd or gamma_gamma.'",
        "grant select, insert, delete on ops.client_expectations to voronka_app",
        "grant select on ops.client_expectations to voronka_transformer",
    )
