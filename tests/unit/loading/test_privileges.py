"""Every role is refused what it does not need."""

from __future__ import annotations

import psycopg
import pytest

from tests.support.postgres import Warehouse
from voronka.database import Role

REFUSED: list[tuple[Role, str]] = [
    ("loader", "create table raw.mine (a int)"),
    ("loader", "create table public.mine (a int)"),
    ("loader", "drop table raw.amocrm_leads"),
    ("loader", "truncate raw.amocrm_leads"),
    ("loader", "select * from marts.made"),
    ("loader", "insert into ops.runs (run_id, status, started_at) values ('a', 'running', now())"),
    ("loader", "delete from ops.loads"),
    ("loader", "create role other"),
    ("transformer", "insert into raw.amocrm_leads select * from raw.amocrm_leads"),
    ("transformer", "delete from raw.amocrm_leads_history"),
    ("transformer", "select * from ops.tokens"),
    ("transformer", "update ops.accounts set name = 'x'"),
    ("transformer", "create table raw.mine (a int)"),
    ("transformer", "select ops.ensure_raw_partition('amocrm_events', '2026-11-01')"),
    ("app", "select * from raw.amocrm_leads"),
    ("app", "select * from pii.people"),
    ("app", "select * from ops.tokens"),
    ("app", "select payload from ops.quarantine"),
    ("app", "delete from marts.made"),
    ("app", "update ops.watermarks set high_water_at = now()"),
    ("app", "create table marts.mine (a int)"),
    ("bi", "select * from raw.amocrm_leads"),
    ("bi", "select * from ops.loads"),
    ("bi", "select * from staging.made"),
    ("bi", "select * from intermediate.made"),
    ("bi", "select * from pii.people"),
    ("bi", "insert into marts.made values (1)"),
    ("bi", "create temporary table mine (a int)"),
    ("bi", "select ops.ensure_raw_partition('amocrm_events', '2026-11-01')"),
    ("pii", "select * from raw.amocrm_leads"),
    ("pii", "select * from staging.made"),
    ("pii", "delete from pii.people"),
    ("owner", "create role other superuser"),
    ("owner", "select pg_read_file('/etc/hostname')"),
]

ALLOWED: list[tuple[Role, str]] = [
    ("loader", "select * from raw.amocrm_leads, ops.tokens, ops.watermarks"),
    ("loader", "create temporary table mine (a int)"),
    ("transformer", "select * from raw.amocrm_leads, raw.uis_calls_history, ops.account_rules, ops.loads"),
    ("transformer", "create temporary table mine (a int)"),
    ("app", "select * from marts.made"),
    ("app", "select code, reason from ops.quarantine"),
    ("app", "delete from ops.check_results"),
    ("bi", "select * from marts.made"),
    ("pii", "select * from pii.people, marts.made"),
]


@pytest.fixture(scope="module")
def built(module_warehouse: Warehouse) -> Warehouse:
    """A warehouse in which the transformer has made a table in each of its schemas."""
    for table in ("staging.made", "intermediate.made", "marts.made", "pii.people"):
        module_warehouse.rows(f"create table {table} (a int)", role="transformer")
    return module_warehouse


@pytest.mark.parametrize(("role", "statement"), REFUSED)
def test_is_refused(built: Warehouse, role: Role, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        built.rows(statement, role=role)


@pytest.mark.parametrize(("role", "statement"), ALLOWED)
def test_is_allowed(built: Warehouse, role: Role, statement: str) -> None:
    built.rows(statement, role=role)


def test_no_role_of_the_product_is_a_superuser(built: Warehouse) -> None:
    mighty = built.rows(
        "select rolname from pg_roles where rolname like 'voronka%' and (rolsuper or rolreplication or rolbypassrls)"
    )
    assert mighty == []


def test_partition_function_ignores_the_callers_search_path(built: Warehouse) -> None:
    with built.connect("loader") as connection:
        connection.execute("set search_path = pg_temp")
        connection.execute("create temporary table pg_class (relname text)")
        assert connection.execute(
            "select ops.ensure_raw_partition('amocrm_events', '2024-02-29')"
        ).fetchone() == (True,)
        assert connection.execute(
            "select ops.ensure_raw_partition('amocrm_events', '2024-02-01')"
        ).fetchone() == (False,)
    bounds = built.rows(
        "select pg_get_expr(relpartbound, oid) from pg_class where relname = 'amocrm_events_2024_02' and relispartition"
    )
    assert bounds == [("FOR VALUES FROM ('2024-02-01 00:00:00+00') TO ('2024-03-01 00:00:00+00')",)]


@pytest.mark.parametrize(
    "table", ["amocrm_leads", "nothing", "amocrm_events_2024_02; drop table raw.amocrm_leads"]
)
def test_partition_function_refuses_other_tables(built: Warehouse, table: str) -> None:
    with pytest.raises(psycopg.errors.RaiseException):
        built.rows("select ops.ensure_raw_partition(%s, '2024-02-01')", [table], role="loader")
