"""Odd ends of a gate: a check that cannot run, more findings than are listed, a refused connection."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.postgres import Warehouse, environment
from voronka.config import Settings
from voronka.domain.errors import VoronkaError
from voronka.quality import Outcome, run_gate

Check = Callable[[str], tuple[Outcome, ...]]


@pytest.fixture
def check(warehouse: Warehouse, settings: Settings, state: Path, tmp_path: Path) -> Check:
    """The outcomes of one query of unexpected rows."""

    def check_it(query: str) -> tuple[Outcome, ...]:
        suite = {
            "name": "one",
            "meta": {"table": "numbers", "keys": ["account_id"], "query": "select 'north' as account_id"},
            "expectations": [
                {
                    "type": "unexpected_rows_expectation",
                    "kwargs": {"unexpected_rows_query": query},
                    "meta": {"name": "nothing_odd", "remedy": "mend it."},
                    "description": "Nothing is odd.",
                    "severity": "critical",
                }
            ],
        }
        (tmp_path / "one.json").write_text(json.dumps(suite), "utf-8")
        return run_gate("raw", "run", settings, folder=tmp_path).outcomes

    return check_it


def test_a_query_that_does_not_run_is_a_failure(check: Check) -> None:
    (outcome,) = check("select account_id, no_such_column as observed from {batch}")
    assert not outcome.success
    assert outcome.severity == "critical"
    assert 'column "no_such_column" does not exist' in outcome.observed
    assert "select" not in outcome.observed


def test_findings_of_an_account_are_joined(check: Check) -> None:
    (outcome,) = check(
        "select account_id, n || ' apples' as observed, array['a' || n, 'b'] as examples"
        " from {batch} as b cross join generate_series(1, 3) as n"
    )
    assert outcome.account_id == "north"
    assert outcome.observed == "1 apples; 2 apples; 3 apples"
    assert outcome.examples == ("a1", "b", "a2", "a3")


def test_findings_beyond_those_listed_are_counted(check: Check) -> None:
    outcomes = check(
        "select 'account-' || n as account_id, 'odd' as observed from {batch} as b cross join generate_series(1, 203) as n"
    )
    assert len(outcomes) == 201
    assert outcomes[-1].account_id is None
    assert outcomes[-1].observed == "3 more findings, not listed here"


def test_a_refused_connection_tells_no_password(check: Check, caplog: pytest.LogCaptureFixture) -> None:
    wrong = "not-the-password"
    with (
        caplog.at_level("DEBUG"),
        environment({"VORONKA_TRANSFORMER_PASSWORD": wrong}),
        pytest.raises(VoronkaError, match="password authentication failed") as caught,
    ):
        check("select account_id, 'odd' as observed from {batch}")
    assert wrong not in caplog.text + str(caught.value)
