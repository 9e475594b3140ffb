"""From what Great Expectations returned to outcomes: which account, what was found, which rows, for example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from great_expectations.exceptions import GreatExpectationsError

from voronka.quality import engine
from voronka.quality.outcomes import Outcome, Severity
from voronka.quality.suites import Suite, acceptance

ROWS_QUERY = "unexpected_rows_expectation"
EXAMPLES = 5


def outcomes_of(context: Any, suite: Suite, accounts: Iterable[str], today: date) -> Iterator[Outcome]:
    """Run a suite and tell each expectation's outcome: one when it held, one per failing account when not.

    Args:
        accounts: the tenants to look at one by one when a column expectation fails.
        today: decides whether a failure is still an accepted one.
    """
    try:
        results = engine.validate(context, suite)
    except GreatExpectationsError as error:
        # The rows cannot even be read: a table or a column is missing. No expectation of the suite held.
        for expectation in suite.content["expectations"]:
            yield _outcome(
                suite, expectation, today, success=False, observed=f"its rows cannot be read: {_line(error)}"
            )
        return
    failed: list[dict[str, Any]] = []
    for expectation in suite.content["expectations"]:
        result = results[expectation["meta"]["name"]]
        if result["success"]:
            yield _outcome(suite, expectation, today, success=True, observed="held")
        elif fault := _exception(result):
            yield _outcome(
                suite, expectation, today, success=False, observed=f"the check could not run: {fault}"
            )
        elif expectation["type"] == ROWS_QUERY:
            yield from _by_rows(suite, expectation, result, today)
        elif suite.keys[0] == "account_id":
            failed.append(expectation)
        else:
            yield _by_values(suite, expectation, result, today, None)
    if failed:
        yield from _by_account(context, suite, failed, accounts, today)


def _by_rows(
    suite: Suite, expectation: dict[str, Any], result: dict[str, Any], today: date
) -> Iterator[Outcome]:
    """A query's failing rows, joined per account. Its columns: account_id, observed, and examples where it has them."""
    found: dict[str | None, tuple[list[str], list[str]]] = {}
    for row in result["result"]["details"]["unexpected_rows"]:
        observed, examples = found.setdefault(row.get("account_id"), ([], []))
        observed.append(str(row["observed"]))
        examples.extend(str(example) for example in row.get("examples") or ())
    for account_id, (observed, examples) in found.items():
        yield _outcome(
            suite,
            expectation,
            today,
            success=False,
            observed="; ".join(observed),
            account_id=account_id,
            examples=tuple(dict.fromkeys(examples))[:EXAMPLES],
        )
    # Great Expectations brings at most 200 rows; what is beyond them must not pass unseen.
    unseen = result["result"]["observed_value"] - len(result["result"]["details"]["unexpected_rows"])
    if unseen > 0:
        yield _outcome(
            suite, expectation, today, success=False, observed=f"{unseen} more findings, not listed here"
        )


def _by_account(
    context: Any, suite: Suite, failed: list[dict[str, Any]], accounts: Iterable[str], today: date
) -> Iterator[Outcome]:
    told: set[str] = set()
    for account_id in accounts:
        results = engine.validate_account(context, suite, failed, account_id)
        for expectation in failed:
            result = results[expectation["meta"]["name"]]
            if not result["success"]:
                told.add(expectation["meta"]["name"])
                yield _by_values(suite, expectation, result, today, account_id)
    for expectation in failed:
        if expectation["meta"]["name"] not in told:
            yield _outcome(
                suite,
                expectation,
                today,
                success=False,
                observed="rows of an account that the settings do not name fail",
            )


def _by_values(
    suite: Suite, expectation: dict[str, Any], result: dict[str, Any], today: date, account_id: str | None
) -> Outcome:
    found = result["result"]
    if "unexpected_count" in found:
        values = [
            v for v in dict.fromkeys(map(str, found.get("partial_unexpected_list") or ())) if v != "None"
        ]
        observed = f"{found['unexpected_count']} of {found['element_count']} rows do not fit"
        observed += f" (values {', '.join(values[:EXAMPLES])})" if values else ""
    else:
        observed = f"{found.get('observed_value')}"
    keys = [key for key in suite.keys if key != "account_id"]
    examples = (
        " ".join(str(row[key]) for key in keys if key in row)
        for row in found.get("unexpected_index_list") or ()
    )
    return _outcome(
        suite,
        expectation,
        today,
        success=False,
        observed=observed,
        account_id=account_id,
        examples=tuple(dict.fromkeys(examples))[:EXAMPLES],
    )


def _outcome(
    suite: Suite,
    expectation: dict[str, Any],
    today: date,
    *,
    success: bool,
    observed: str,
    account_id: str | None = None,
    examples: tuple[str, ...] = (),
) -> Outcome:
    meta = expectation["meta"]
    accepted = "" if success else acceptance(meta, account_id, today)
    severity: Severity = "info" if accepted else expectation["severity"]
    return Outcome(
        gate=suite.gate,
        suite=suite.name,
        table=suite.table,
        expectation=meta["name"],
        severity=severity,
        success=success,
        expected=expectation["description"],
        observed=observed,
        remedy=meta["remedy"],
        account_id=account_id,
        column=str(expectation["kwargs"].get("column", "")),
        examples=examples,
        stops=meta.get("stops", "run"),
        accepted=accepted,
    )


def _exception(result: dict[str, Any]) -> str:
    """The first error of an expectation that could not run; empty when it ran."""
    info = result.get("exception_info") or {}
    if "raised_exception" in info:
        return _line(info["exception_message"]) if info["raised_exception"] else ""
    return next((_line(one["exception_message"]) for one in info.values() if one.get("raised_exception")), "")


def _line(error: object) -> str:
    """The telling part of a database or library error: its lines up to the statement, on one line."""
    text = str(error).partition("[SQL:")[0].partition("LINE 1:")[0]
    return " ".join(text.split())[:300]
