"""Brings the warehouse to the newest shape and the working roles to their passwords."""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from voronka import database
from voronka.config import project_folder, secret
from voronka.database import WORKING_ROLES, password_variable, role_name
from voronka.domain.errors import ConfigurationError


def migrate() -> str:
    """Apply what is missing, as the owner; harmless when nothing is. The revision reached.

    Raises:
        ConfigurationError: the owner may not do what a migration needs, or a secret is not set.
    """
    # Heavy, and only needed here: tasks that load import this package all the time.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import NullPool

    folder = project_folder() / "migrations"
    if not folder.is_dir():
        raise ConfigurationError(
            f"The migrations are not in {folder}.", remedy="set VORONKA_PROJECT to the checkout of Voronka."
        )
    settings = Config()
    settings.set_main_option("script_location", str(folder).replace("%", "%%"))
    url = database.url("owner")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
    with engine.connect() as connection:
        # One migrator at a time; a second one waits here and then finds nothing to do.
        connection.execute(text("select pg_advisory_lock(hashtext('voronka migrations'))"))
        connection.commit()
        settings.attributes["connection"] = connection
        try:
            command.upgrade(settings, "head")
        except psycopg.errors.InsufficientPrivilege as error:
            raise ConfigurationError(
                f"The owner of the warehouse may not do what a migration needs: {error}",
                remedy="let VORONKA_DATABASE_URL name the database's owner, a role with createrole.",
            ) from None
        reached = str(connection.execute(text("select version_num from ops.schema_version")).scalar_one())
    with database.connect("owner") as owner:
        grant_database_access(owner)
        ensure_role_passwords(owner)
    return reached


def grant_database_access(connection: psycopg.Connection[TupleRow]) -> None:
    """Let in the working roles and nobody else. Such grants belong to the database, so a copy needs them anew."""
    name = sql.Identifier(connection.info.dbname)
    roles = sql.SQL(", ").join(sql.Identifier(role_name(role)) for role in WORKING_ROLES)
    connection.execute(sql.SQL("revoke all on database {} from public").format(name))
    connection.execute(sql.SQL("grant connect on database {} to {}").format(name, roles))
    # Loading copies into a temporary table, dbt builds increments in one.
    connection.execute(
        sql.SQL("grant temporary on database {} to {}, {}").format(
            name, sql.Identifier(role_name("loader")), sql.Identifier(role_name("transformer"))
        )
    )
    connection.commit()


def ensure_role_passwords(connection: psycopg.Connection[TupleRow]) -> None:
    """Give each working role the password of its secret, where it does not have it yet."""
    for role in WORKING_ROLES:
        password = secret(password_variable(role))
        try:
            database.connect(role).close()
        except psycopg.OperationalError:
            connection.execute(
                sql.SQL("alter role {} login password {}").format(
                    sql.Identifier(role_name(role)), sql.Literal(password)
                )
            )
            connection.commit()
