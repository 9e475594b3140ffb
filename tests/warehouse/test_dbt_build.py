"""What a build leaves behind: everything succeeded, described in the database, readable by those who may."""

from __future__ import annotations

import psycopg
import pytest

from tests.support.built_warehouse import BuiltWarehouse
from tests.support.environment import environment


def test_every_model_and_test_succeeds(built_warehouse: BuiltWarehouse) -> None:
    statuses = built_warehouse.dbt.statuses

    assert set(statuses) <= {"success", "pass", "no-op"}, statuses
    assert statuses["pass"] > 100


def test_every_mart_and_column_is_described_in_the_database(built_warehouse: BuiltWarehouse) -> None:
    bare = built_warehouse.rows("""
        select c.relname, a.attname
        from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
        where n.nspname in ('marts', 'pii') and c.relkind = 'r'
          and (obj_description(c.oid) is null or col_description(c.oid, a.attnum) is null)
    """)

    assert bare == []


def test_every_mart_has_its_account_in_its_primary_key(built_warehouse: BuiltWarehouse) -> None:
    keys = built_warehouse.rows("""
        select c.relname, coalesce(pg_get_constraintdef(k.oid), '') as key
        from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        left join pg_constraint as k on c.oid = k.conrelid and k.contype = 'p'
        where n.nspname = 'marts' and c.relkind = 'r' and c.relname != 'metrics'
    """)

    assert keys
    assert [row["relname"] for row in keys if "account_id" not in row["key"]] == []


@pytest.mark.parametrize(
    ("role", "query", "is_allowed"),
    [
        ("bi", "select count(*) from marts.fct_leads", True),
        ("bi", "select count(*) from pii.contacts", False),
        ("bi", "select count(*) from staging.stg_amocrm__contacts", False),
        ("app", "select count(*) from marts.funnel_cohorts", True),
        ("app", "select count(*) from pii.contacts", False),
        ("pii", "select count(*) from pii.contacts", True),
    ],
)
def test_roles_read_what_they_may(
    built_warehouse: BuiltWarehouse, role: str, query: str, is_allowed: bool
) -> None:
    from voronka import database

    with environment(built_warehouse.environment), database.connect(role) as connection:  # type: ignore[arg-type]
        if is_allowed:
            assert connection.execute(query).fetchone()
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(query)


def test_no_number_and_no_address_of_a_person_is_outside_pii(built_warehouse: BuiltWarehouse) -> None:
    people = built_warehouse.rows("select phones, emails from pii.contacts where phones is not null")
    secrets = {number for row in people for number in row["phones"].split(", ")}
    secrets |= {address for row in people for address in (row["emails"] or "").split(", ") if address}
    tables = built_warehouse.rows("""
        select n.nspname || '.' || c.relname as name
        from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
        where n.nspname = 'marts' and c.relkind = 'r'
    """)

    assert len(secrets) > 100
    for table in tables:
        words = set()
        for row in built_warehouse.rows(f"select t::text as line from {table['name']} as t"):
            words.update(row["line"].strip("()").replace('"', "").split(","))
        assert not words & secrets, table["name"]
