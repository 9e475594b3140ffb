"""The suite files: they load, tell what a reader of a failure needs, and read tables that exist."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any, get_args

import great_expectations as gx
import pytest

from tests.support.postgres import Warehouse
from voronka.domain.errors import ConfigurationError
from voronka.quality import Gate
from voronka.quality.suites import Suite, acceptance, load_suites

SUITES = [suite for gate in get_args(Gate) for suite in load_suites(gate)]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: f"{suite.gate}/{suite.name}")
def test_a_suite_is_a_native_one(suite: Suite) -> None:
    native = gx.ExpectationSuite(**copy.deepcopy(suite.content))
    # A configuration that Great Expectations does not accept is dropped by it in silence.
    assert len(native.expectations) == len(suite.content["expectations"])
    assert {e.severity.value for e in native.expectations} <= {"critical", "warning"}
    for expectation in native.expectations:
        assert expectation.meta["remedy"].endswith(".")
        assert expectation.description.endswith(".")


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: f"{suite.gate}/{suite.name}")
def test_a_query_of_rows_says_where_and_what(suite: Suite) -> None:
    for expectation in suite.content["expectations"]:
        query = expectation["kwargs"].get("unexpected_rows_query")
        if query is not None:
            assert "{batch}" in query, expectation["meta"]["name"]
            assert "account_id" in query, expectation["meta"]["name"]
            assert re.search(r"\bas observed\b", query), expectation["meta"]["name"]


def test_raw_suites_read_tables_that_the_migrations_make(warehouse: Warehouse) -> None:
    there = {
        f"{schema}.{name}"
        for schema, name in warehouse.rows(
            "select schemaname, tablename from pg_tables"
            " union all select pronamespace::regnamespace::text, proname::text from pg_proc"
        )
    }
    read: set[str] = set()
    for suite in load_suites("raw"):
        read |= set(re.findall(r"\b(?:raw|ops)\.[a-z0-9_]+", json.dumps(suite.content)))
    assert read - there == set()


def test_every_raw_table_has_a_suite(warehouse: Warehouse) -> None:
    tables = warehouse.rows(
        """
        select relname from pg_class where relnamespace = 'raw'::regnamespace and relkind in ('r', 'p')
            and not relispartition and relname not like '%\\_history'
        """
    )
    assert {name for (name,) in tables} - {suite.name for suite in load_suites("raw")} == set()


def sound() -> dict[str, Any]:
    return {
        "name": "uis_calls",
        "meta": {"keys": ["account_id"]},
        "expectations": [
            {
                "type": "expect_column_values_to_not_be_null",
                "kwargs": {"column": "direction"},
                "meta": {"name": "direction_present", "remedy": "ask."},
                "description": "It is there.",
                "severity": "critical",
            }
        ],
    }


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("name",), "calls", "its name must be 'uis_calls'"),
        (("meta", "keys"), [], "meta.keys"),
        (("expectations",), [], "expects nothing"),
        (("expectations", 0, "severity"), "info", "severity must be critical or warning"),
        (("expectations", 0, "description"), "", "description"),
        (("expectations", 0, "meta", "remedy"), "", "remedy"),
        (("expectations", 0, "meta", "name"), "", "meta.name"),
        (("expectations", 0, "meta", "accepted"), [{"reason": "known"}], "last day"),
        (("expectations", 0, "meta", "accepted"), [{"until": "2026-12-31"}], "its reason"),
    ],
)
def test_an_incomplete_suite_is_refused(
    tmp_path: Path, path: tuple[str | int, ...], value: object, named: str
) -> None:
    content = sound()
    inner: Any = content
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    (tmp_path / "uis_calls.json").write_text(json.dumps(content), "utf-8")
    with pytest.raises(ConfigurationError, match=re.escape(named)) as caught:
        load_suites("raw", tmp_path)
    assert "uis_calls.json" in str(caught.value)


def test_a_folder_without_suites_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no suites"):
        load_suites("raw", tmp_path)


def test_acceptance_without_an_account_is_for_all() -> None:
    from datetime import date

    meta = {"accepted": [{"until": "2026-12-31", "reason": "known"}]}
    assert acceptance(meta, "north", date(2026, 12, 31)) == "known (until 2026-12-31)"
    assert acceptance(meta, None, date(2027, 1, 1)) == ""
