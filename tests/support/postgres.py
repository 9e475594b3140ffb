"""Fixtures with the embedded Postgres: one server per test session, a fresh migrated warehouse per test or module."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from voronka import database
from voronka.database import Role
from voronka.loading import migrate
from voronka.loading.migrations import grant_database_access
from voronka.runtime.postgres import SUPERUSER, EmbeddedPostgres
from voronka.runtime.postgres_bootstrap import SecretsFile

TEMPLATE = "voronka_template"
NUMBERS = count(1)


@dataclass(frozen=True)
class PostgresServer:
    """The running server: ``secrets`` are those of its secrets.env, ``state_folder`` is its state."""

    state_folder: Path
    secrets: Mapping[str, str]

    def owner_url(self, database_name: str) -> str:
        """The owner's URL of a database of this server."""
        return self.secrets["VORONKA_DATABASE_URL"].rpartition("/")[0] + f"/{database_name}"

    def airflow_url(self, database_name: str = "airflow") -> str:
        """SQLAlchemy URL of a metadata database of this server."""
        return self.secrets["VORONKA_AIRFLOW_DATABASE_URL"].rpartition("/")[0] + f"/{database_name}"

    @contextmanager
    def as_owner(self, database_name: str = "voronka") -> Iterator[psycopg.Connection[TupleRow]]:
        """An autocommit connection of the owner."""
        with psycopg.connect(self.owner_url(database_name), autocommit=True) as connection:
            yield connection

    def drop(self, database_name: str) -> None:
        """Drop a database whoever is still connected; ending the sessions of other roles takes a superuser."""
        password = (self.state_folder / "postgres" / "superuser").read_text("utf-8")
        with psycopg.connect(
            self.owner_url("postgres"), user=SUPERUSER, password=password, autocommit=True
        ) as connection:
            connection.execute(f"drop database {database_name} with (force)")


@dataclass(frozen=True)
class Warehouse:
    """A migrated database of its own. The environment points to it for as long as the fixture lives.

    ``environment`` is what a subprocess must have in its environment to use it.
    """

    database: str
    environment: Mapping[str, str]

    def url(self, role: Role = "owner") -> str:
        """The URL of a role."""
        return database.url(role)

    def connect(self, role: Role = "owner", **options: Any) -> psycopg.Connection[TupleRow]:
        """An open connection of a role."""
        return database.connect(role, **options)

    def rows(self, query: str, parameters: Any = None, *, role: Role = "owner") -> list[tuple[Any, ...]]:
        """All rows of a query, or none for a statement that returns nothing; committed."""
        with self.connect(role) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """Set (or with None unset) variables and put back what was there."""
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """An embedded Postgres on a free port with durability off, and a migrated template database."""
    folder = Path(tempfile.mkdtemp(prefix="voronka-test-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder, fast=True, usual_port=None)
    with environment({"VORONKA_DATABASE_URL": None, "VORONKA_HOME": str(folder)}):
        server.start()
    try:
        running = PostgresServer(folder, dict(SecretsFile(folder).values))
        with running.as_owner() as owner:
            owner.execute(f"create database {TEMPLATE}")
        with environment({**running.secrets, "VORONKA_DATABASE_URL": running.owner_url(TEMPLATE)}):
            migrate()
        yield running
    finally:
        with environment({"VORONKA_DATABASE_URL": None}):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_warehouse(server: PostgresServer) -> Iterator[Warehouse]:
    """A copy of the template, dropped afterwards."""
    name = f"warehouse_{os.getpid()}_{next(NUMBERS)}"
    with server.as_owner() as owner:
        owner.execute(f"create database {name} template {TEMPLATE}")
    url = server.owner_url(name)
    with psycopg.connect(url) as connection:
        grant_database_access(connection)
    values = {**server.secrets, "VORONKA_DATABASE_URL": url}
    try:
        with environment(values):
            yield Warehouse(name, values)
    finally:
        server.drop(name)


@pytest.fixture
def warehouse(postgres_server: PostgresServer) -> Iterator[Warehouse]:
    """A fresh migrated warehouse for one test."""
    with fresh_warehouse(postgres_server) as made:
        yield made


@pytest.fixture(scope="module")
def module_warehouse(postgres_server: PostgresServer) -> Iterator[Warehouse]:
    """A fresh migrated warehouse for all tests of a module."""
    with fresh_warehouse(postgres_server) as made:
        yield made


@pytest.fixture(scope="session")
def warehouse_factory(postgres_server: PostgresServer) -> Callable[[], Any]:
    """``with warehouse_factory() as warehouse:`` for fixtures of any scope."""
    return lambda: fresh_warehouse(postgres_server)
