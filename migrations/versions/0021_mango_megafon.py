"""Raw tables of Mango Office and MegaFon, and which user an exchange's extension belongs to."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = {
    ("mango", "users"): False,
    ("mango", "legs"): True,
    ("mango", "contexts"): True,
    ("megafon", "users"): False,
    ("megafon", "calls"): True,
}
COLUMNS = {
    "": "Which CRM user an extension of an exchange belongs to, copied from the settings.",
    "account_id": "Slug of the account.",
    "extension": "Internal number, or whatever the exchange calls its employee by in a call.",
    "email": "E-mail address of the CRM user.",
}


def upgrade() -> None:
    """Make the tables; those of calls are partitioned by month."""
    bind = op.get_bind()
    for (provider, entity), partitioned in TABLES.items():
        run(bind, *raw_table(provider, entity, partitioned=partitioned))
    run(
        bind,
        "create table ops.account_extensions (account_id text not null, extension text not null,"
        " email text not null, primary key (account_id, extension))",
        *(
            f"comment on {f'column ops.account_extensions.{column}' if column else 'table ops.account_extensions'}"
            f" is '{text}'"
            for column, text in COLUMNS.items()
        ),
        "grant select, insert, update, delete on ops.account_extensions to voronka_loader",
        "grant select on ops.account_extensions to voronka_transformer",
    )
