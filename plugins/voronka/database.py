"""Connections to the warehouse, each under the least role that does the work.

``VORONKA_DATABASE_URL`` names the database and its owner (who migrates). The working roles have passwords of
their own: ``VORONKA_LOADER_PASSWORD`` and so on.
"""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg.rows import TupleRow

from voronka.config import secret

Role = Literal["owner", "loader", "transformer", "app", "bi", "pii"]
WORKING_ROLES: tuple[Role, ...] = ("loader", "transformer", "app", "bi", "pii")


def role_name(role: Role) -> str:
    """The Postgres role: ``voronka_<role>``."""
    return f"voronka_{role}"


def password_variable(role: Role) -> str:
    """The environment variable of a working role's password."""
    return f"VORONKA_{role.upper()}_PASSWORD"


def url(role: Role) -> str:
    """The connection URL of the warehouse for a role.

    Raises:
        voronka.domain.errors.ConfigurationError: when the database or the role's password is not set.
    """
    base = secret(
        "VORONKA_DATABASE_URL",
        remedy="run voronka up for the embedded Postgres, or set VORONKA_DATABASE_URL to "
        "postgresql://owner:password@host:port/database (Postgres 15 or newer).",
    )
    if role == "owner":
        return base
    parts = urlsplit(base)
    host = parts.netloc.rpartition("@")[2]
    user = f"{role_name(role)}:{quote(secret(password_variable(role)), safe='')}"
    return urlunsplit((parts.scheme, f"{user}@{host}", parts.path, parts.query, ""))


def parts(role: Role) -> dict[str, str | int]:
    """Host, port, user, password and database of a role, for tools that want them apart (dbt)."""
    split = urlsplit(url(role))
    return {
        "host": split.hostname or "127.0.0.1",
        "port": split.port or 5432,
        "user": unquote(split.username or ""),
        "password": unquote(split.password or ""),
        "database": split.path.lstrip("/"),
    }


def connect(role: Role, *, autocommit: bool = False, **options: Any) -> psycopg.Connection[TupleRow]:
    """An open connection under a role, its session in UTC, named ``voronka`` for whoever watches the server."""
    connection = psycopg.connect(
        url(role), autocommit=autocommit, application_name=f"voronka-{role}", **options
    )
    connection.execute("set time zone 'UTC'")
    if not autocommit:
        connection.commit()
    return connection
