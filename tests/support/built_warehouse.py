"""The whole way from the sandbox's APIs to marts, once per session.

``built_warehouse``: the small world of ``tests.support.sandbox`` (accounts ``sever`` and ``altai``) loaded by the real
connectors in two visits a month apart, so that leads were deleted, merged and restored in between, and built by ``dbt
build`` as the transformer role. ``built_olist``: the Olist files; skips where they are not there. Neither may be
changed by a test.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg.rows import dict_row

from tests.support.environment import environment
from tests.support.postgres import PostgresServer, fresh_warehouse
from tests.support.sandbox import ROOT, SandboxProcess
from voronka.config import Settings, load_settings
from voronka.domain.windows import Window
from voronka.flows import load, transform
from voronka.runtime import demo_settings
from voronka.runtime.demo_statements import copy_statements, statements_folder

OLIST = ROOT / ".." / "shared" / "data" / "olist"
SALES = "+marts.sales +marts.core"
"""What leads need of the project."""
PARTLY = {"DBT_INDIRECT_SELECTION": "cautious"}
"""For a build of a part: no tests of what is not built."""


@dataclass(frozen=True)
class BuiltWarehouse:
    """Loaded and built.

    Attributes:
        environment: with it in force, flows and ``voronka.database`` work on this warehouse.
        owner_url: the owner's URL.
        truth: of every account, as the sandbox states it.
        dbt: how long the build took and what came of its nodes.
    """

    environment: Mapping[str, str]
    owner_url: str
    truth: Mapping[str, dict[str, Any]]
    as_of: datetime
    dbt: transform.DbtResult
    settings: Settings = field(repr=False)

    def rows(self, query: str, parameters: Any = None) -> list[dict[str, Any]]:
        """Rows of a query, as dictionaries."""
        with psycopg.connect(self.owner_url, row_factory=dict_row) as connection:
            return connection.execute(query, parameters).fetchall()

    def value(self, query: str, parameters: Any = None) -> Any:
        """The only value of a query."""
        ((value,),) = (row.values() for row in self.rows(query, parameters))
        return value


def secrets_of(slug: str, account_number: int) -> dict[str, str]:
    """The sandbox's long-lived credentials of an account."""
    upper = slug.upper()
    return {
        f"VORONKA_{upper}_AMOCRM_ACCESS_TOKEN": f"long-{slug}",
        f"VORONKA_{upper}_UIS_ACCESS_TOKEN": f"uis-key-{slug}",
        **demo_settings.exchange_secrets(slug),
        f"VORONKA_{upper}_TOPVISOR_ACCESS_TOKEN": f"topvisor-key-{slug}",
        f"VORONKA_{upper}_SERANKING_ACCESS_TOKEN": f"seranking-key-{slug}",
        f"VORONKA_{upper}_WEBMASTER_ACCESS_TOKEN": f"webmaster-key-{slug}",
        f"VORONKA_{upper}_GSC_ACCESS_TOKEN": f"gsc-key-{slug}",
        f"VORONKA_{upper}_DIRECT_ACCESS_TOKEN": f"direct-key-{slug}",
        f"VORONKA_{upper}_TOPVISOR_USER_ID": str(account_number),
        f"VORONKA_{upper}_SHEETS_ACCESS_TOKEN": f"sheets-key-{slug}",
    }


def settings_of(folder: Path, accounts: list[dict[str, Any]]) -> dict[str, str]:
    """Write the settings of ``accounts`` into ``folder``; the environment in which they and their secrets are in force."""
    config = folder / "config"
    config.mkdir(parents=True)
    (config / "accounts.yml").write_text(yaml.safe_dump({"accounts": accounts}, allow_unicode=True), "utf-8")
    values = {"VORONKA_CONFIG": str(config), "VORONKA_HOME": str(folder)}
    for number, account in enumerate(accounts):
        values |= secrets_of(account["id"], demo_settings.FIRST_ACCOUNT_NUMBER + number)
    return values


def agencies(sandbox: SandboxProcess, folder: Path) -> list[dict[str, Any]]:
    """The settings of both agencies of the small world, with their exchanges; bank statements lie below ``folder``."""
    for slug, exchanges in demo_settings.dealt_out().items():
        sandbox.exchanges(slug, *exchanges.split(","))
    return [_agency(agency, sandbox.url, folder) for agency in demo_settings.AGENCIES]


def _agency(agency: Mapping[str, Any], url: str, folder: Path) -> dict[str, Any]:
    sources = {
        "crm": {"provider": "amocrm", "base_url": f"{url}/amocrm/{agency['id']}"},
        "telephony": demo_settings.telephony(agency["id"], url, 1000),
        "positions": [
            {"provider": provider, "base_url": f"{url}/{provider}", "rate_per_second": 1000}
            for provider in ("topvisor", "seranking", "webmaster", "gsc")
        ],
        "sheets": [
            {
                "provider": "sheets",
                "base_url": f"{url}/sheets",
                "rate_per_second": 1000,
                "options": {"spreadsheet": f"sheet-{agency['id']}"},
            }
        ],
        "ads": [{"provider": "direct", "base_url": f"{url}/direct", "rate_per_second": 1000}],
        "money": [
            {"provider": "bank_1c", "options": {"folder": str(statements_folder(folder, agency["id"]))}},
        ],
        "payments_truth": "transactions",
    }
    sources["crm"]["rate_per_second"] = 1000  # type: ignore[call-overload]
    return {**{k: v for k, v in agency.items() if k != "auth"}, **sources, **demo_settings.MEANINGS}


def _olist(url: str) -> dict[str, Any]:
    return {
        "id": "olist",
        "name": "Olist",
        "time_zone": "America/Sao_Paulo",
        "currency": "BRL",
        "country": "BR",
        "crm": {"provider": "amocrm", "base_url": f"{url}/amocrm/olist", "rate_per_second": 1000},
        "fields": {"source": "Источник", "subject_area": "Тематика", "client_region": "Регион"},
    }


@contextmanager
def built(
    server: PostgresServer,
    folder: Path,
    sandbox: SandboxProcess,
    accounts: list[dict[str, Any]],
    *,
    visits: list[datetime],
    select: str | None = None,
) -> Iterator[BuiltWarehouse]:
    """Load everything of ``accounts`` since ``visits[0]``, at each later moment of ``visits``, and build."""
    values = {**settings_of(folder, accounts), "VORONKA_AS_OF": sandbox.as_of.isoformat()}
    if select:
        values |= PARTLY
    with fresh_warehouse(server) as warehouse, environment(values):
        values |= warehouse.environment
        settings = load_settings()
        transform.begin(settings, "test")
        for start, end in itertools.pairwise(visits):
            sandbox.clock(end)
            load_everything(settings, Window(start, end), sandbox, folder)
        if not select:
            transform.fit_models(settings)
        dbt = transform.build(select=select, unit_tests=not select)
        truth = {account.id: sandbox.truth(account.id) for account in settings.accounts}
        made = BuiltWarehouse(
            values, warehouse.environment["VORONKA_DATABASE_URL"], truth, sandbox.as_of, dbt, settings
        )
        # Other tests of the session have warehouses of their own in the environment.
        with environment({}, without=values):
            yield made


def load_everything(settings: Settings, window: Window, sandbox: SandboxProcess, folder: Path) -> None:
    """Load every entity of every account in a window, and look for what is gone."""
    for account in settings.accounts:
        if account.money:
            copy_statements(sandbox.url, account.id, statements_folder(folder, account.id))
        for kind, source in account.sources:
            piece = load.Piece(account.id, kind, source.provider, "all", window)  # type: ignore[arg-type]
            failed = [done for done in load.load(settings, piece) if done.status == "failed"]
            assert not failed, failed
        load.sweep(settings, account.id)


@pytest.fixture(scope="session")
def built_warehouse(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory, sandbox: SandboxProcess
) -> Iterator[BuiltWarehouse]:
    """Both agencies of the small world, built."""
    folder = tmp_path_factory.mktemp("built")
    accounts = agencies(sandbox, folder)
    visits = [datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC), sandbox.as_of]
    with built(postgres_server, folder, sandbox, accounts, visits=visits) as made:
        yield made


@pytest.fixture(scope="session")
def built_olist(
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
    sandbox_factory: Callable[..., SandboxProcess],
) -> Iterator[BuiltWarehouse]:
    """The Olist funnel through the sandbox's CRM, built."""
    if not OLIST.is_dir():
        pytest.skip("the Olist files are not beside this checkout")
    mapping = ROOT / "sandbox" / "csv_accounts" / "olist.yml"
    sandbox = sandbox_factory(leads=1, calls=1, projects=0, csv_account=f"olist={mapping}:{OLIST}")
    folder = tmp_path_factory.mktemp("olist")
    visits = [datetime(2017, 1, 1, tzinfo=UTC), sandbox.as_of]
    with built(postgres_server, folder, sandbox, [_olist(sandbox.url)], visits=visits, select=SALES) as made:
        yield made
    sandbox.stop()
