"""Runs the migrations as the warehouse's owner; ``voronka.loading.migrate`` hands in the connection."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from voronka import database


def _run(connection: Connection) -> None:
    connection.execute(text("create schema if not exists ops"))
    connection.commit()
    context.configure(
        connection=connection,
        version_table="schema_version",
        version_table_schema="ops",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    engine = create_engine(
        database.url("owner").replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool
    )
    with engine.connect() as own:
        _run(own)
