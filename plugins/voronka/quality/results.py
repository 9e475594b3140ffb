"""Keeps outcomes in ``ops.check_results`` and knows since when each failure lasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

from voronka.domain import clock
from voronka.quality.outcomes import Gate, Outcome

Key = tuple[str, str, str | None]


def keep(
    connection: Connection[TupleRow], gate: Gate, run_id: str, outcomes: Iterable[Outcome]
) -> tuple[Outcome, ...]:
    """Write the outcomes of a run's gate (in place of an earlier try of the same run); each with its ``failing_since``.

    A series of failures is broken by one run in which the same expectation held for the same account. Commits.
    """
    since = _failing_since(connection, gate)
    start = _started_at(connection, run_id)
    dated = tuple(
        outcome if outcome.success else replace(outcome, failing_since=since.get(_key(outcome), start))
        for outcome in outcomes
    )
    connection.execute("delete from ops.check_results where run_id = %s and gate = %s", (run_id, gate))
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.check_results (
                run_id, gate, suite, expectation, account_id, severity, success, observed, expected, message,
                failing_since
            ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                (
                    run_id,
                    gate,
                    one.suite,
                    one.expectation,
                    one.account_id,
                    one.severity,
                    one.success,
                    one.observed,
                    one.expected,
                    one.message,
                    one.failing_since,
                )
                for one in dated
            ],
        )
    connection.commit()
    return dated


def _failing_since(connection: Connection[TupleRow], gate: Gate) -> dict[Key, datetime]:
    """Since when what failed in the last run of this gate had been failing."""
    rows = connection.execute(
        """
        select suite, expectation, account_id, failing_since
        from ops.check_results
        where not success and failing_since is not null and gate = %(gate)s and run_id = (
            select run_id from ops.check_results where gate = %(gate)s order by check_result_id desc limit 1
        )
        """,
        {"gate": gate},
    ).fetchall()
    return {(suite, expectation, account_id): moment for suite, expectation, account_id, moment in rows}


def _started_at(connection: Connection[TupleRow], run_id: str) -> datetime:
    row = connection.execute("select started_at from ops.runs where run_id = %s", (run_id,)).fetchone()
    return row[0] if row else clock.now()


def _key(outcome: Outcome) -> Key:
    return (outcome.suite, outcome.expectation, outcome.account_id)
