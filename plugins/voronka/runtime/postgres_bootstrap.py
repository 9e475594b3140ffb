"""What must be there before migrations: the owner role, two databases, and the secrets."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from cryptography.fernet import Fernet
from psycopg import sql
from psycopg.rows import TupleRow

from voronka.database import WORKING_ROLES, password_variable
from voronka.domain.errors import ConfigurationError
from voronka.runtime.ports import HOST

OWNER = "voronka_admin"
AIRFLOW = "airflow"
OLDEST = 150000


class SecretsFile:
    """``<state>/secrets.env``, mode 0600; what it holds is never replaced but by :meth:`put`."""

    def __init__(self, state: Path) -> None:
        self.path = state / "secrets.env"
        lines = self.path.read_text("utf-8").splitlines() if self.path.exists() else []
        self.values = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))

    def put(self, variable: str, value: str) -> None:
        """Set a value."""
        self.values[variable] = value

    def once(self, variable: str, value: str) -> str:
        """The value kept; ``value`` when there is none yet."""
        return self.values.setdefault(variable, value)

    def keep_working_secrets(self) -> None:
        """Make the working roles' passwords and the keys that are not there yet (nor in the environment)."""
        for role in WORKING_ROLES:
            self._once_unless_set(password_variable(role), secrets.token_urlsafe(24))
        self._once_unless_set("VORONKA_ENCRYPTION_KEY", Fernet.generate_key().decode())
        self._once_unless_set("VORONKA_NUMBER_KEY", secrets.token_hex(32))
        self._once_unless_set("VORONKA_LINK_KEY", secrets.token_hex(32))

    def _once_unless_set(self, variable: str, value: str) -> None:
        if not os.environ.get(variable):
            self.once(variable, value)

    def write(self) -> None:
        """Write it whole, or not at all."""
        text = "# Made by voronka up. Whoever reads this file can read the warehouse.\n"
        text += "".join(f"{name}={value}\n" for name, value in self.values.items())
        if self.path.exists() and self.path.read_text("utf-8") == text:
            return
        partial = self.path.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.chmod(0o600)
        partial.write_text(text, "utf-8")
        partial.replace(self.path)


def prepare_embedded(state: Path, port: int, superuser: str, password: str) -> None:
    """Roles, databases and secrets of the embedded server, made where they are missing."""
    kept = SecretsFile(state)
    owner_password = _password_in(kept.values.get("VORONKA_DATABASE_URL")) or secrets.token_urlsafe(24)
    airflow_password = _password_in(kept.values.get("VORONKA_AIRFLOW_DATABASE_URL")) or secrets.token_urlsafe(
        24
    )
    kept.put("VORONKA_DATABASE_URL", f"postgresql://{OWNER}:{owner_password}@{HOST}:{port}/voronka")
    kept.put(
        "VORONKA_AIRFLOW_DATABASE_URL",
        f"postgresql+psycopg2://{AIRFLOW}:{airflow_password}@{HOST}:{port}/{AIRFLOW}",
    )
    kept.keep_working_secrets()
    # Written first: a start cut short here finds the same passwords again.
    kept.write()
    url = f"postgresql://{superuser}:{quote(password, safe='')}@{HOST}:{port}/postgres"
    with psycopg.connect(url, autocommit=True, application_name="voronka-bootstrap") as connection:
        _ensure_role(connection, OWNER, owner_password, "createrole createdb")
        _ensure_role(connection, AIRFLOW, airflow_password, "nocreaterole nocreatedb")
        _ensure_database(connection, "voronka", OWNER)
        _ensure_database(connection, AIRFLOW, AIRFLOW)


def prepare_outside(url: str, state: Path) -> None:
    """Check the server that VORONKA_DATABASE_URL names and make the secrets that are missing.

    Raises:
        ConfigurationError: not reachable, older than 15, or its user may not create roles.
    """
    parts = urlsplit(url)
    shown = f"{parts.hostname}:{parts.port or 5432}{parts.path}"
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version
            row = connection.execute(
                "select rolcreaterole or rolsuper from pg_roles where rolname = current_user"
            ).fetchone()
            user = connection.info.user
    except psycopg.OperationalError as error:
        raise ConfigurationError(
            f"The Postgres at {shown} (VORONKA_DATABASE_URL) does not let us in: {str(error).strip()}",
            remedy="check host, port, user, password and database, and that the server accepts TCP connections.",
        ) from None
    if version < OLDEST:
        raise ConfigurationError(
            f"The Postgres at {shown} is version {version // 10000}; Voronka needs 15 or newer.",
            remedy="upgrade the server, or unset VORONKA_DATABASE_URL to use the embedded one.",
        )
    if not (row and row[0]):
        raise ConfigurationError(
            f"The user {user} at {shown} may not create roles.",
            remedy=f"as a superuser of that server: alter role {user} createrole;",
        )
    kept = SecretsFile(state)
    kept.keep_working_secrets()
    kept.write()


def _password_in(url: str | None) -> str | None:
    return urlsplit(url).password if url else None


def _ensure_role(connection: psycopg.Connection[TupleRow], name: str, password: str, rights: str) -> None:
    found = connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone()
    if found is None:
        connection.execute(
            sql.SQL("create role {} login nosuperuser {} password {}").format(
                sql.Identifier(name), sql.SQL(rights), sql.Literal(password)
            )
        )
    elif not _lets_in(connection, name, password):
        connection.execute(
            sql.SQL("alter role {} password {}").format(sql.Identifier(name), sql.Literal(password))
        )


def _lets_in(connection: psycopg.Connection[TupleRow], name: str, password: str) -> bool:
    info = connection.info
    url = urlunsplit(
        ("postgresql", f"{name}:{quote(password, safe='')}@{info.host}:{info.port}", "/postgres", "", "")
    )
    try:
        with psycopg.connect(url, connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def _ensure_database(connection: psycopg.Connection[TupleRow], name: str, owner: str) -> None:
    if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
        connection.execute(
            sql.SQL("create database {} owner {} encoding 'UTF8' template template0").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )
    connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
