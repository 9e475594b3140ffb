"""Runs a gate: all its suites, then the results into Postgres and onto pages."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from voronka import database
from voronka.config import Settings
from voronka.domain import clock
from voronka.quality import pages, results
from voronka.quality.outcomes import Gate, GateReport
from voronka.quality.reconcile import comparisons
from voronka.quality.session import session_settings
from voronka.quality.suites import load_suites


def run_gate(gate: Gate, run_id: str, settings: Settings, *, folder: Path | None = None) -> GateReport:
    """Check everything a gate expects, keep the results, and report. A failure is in the report, not raised.

    Reads as ``voronka_transformer``, writes ``ops.check_results`` as ``voronka_app``. The moment that counts as now
    is :func:`voronka.domain.clock.now`. A gate run again under the same ``run_id`` replaces its results.

    Args:
        gate: ``raw`` before the models are built, ``marts`` before they are published.
        folder: of the suite files; ``expectations/<gate>`` by default.

    Raises:
        ConfigurationError: a suite file is not complete, or a password is not set.
    """
    # Great Expectations takes seconds to import: only who runs a gate pays for it.
    from voronka.quality import engine, evaluation

    started = time.monotonic()
    now = clock.now()
    suites = load_suites(gate, folder)
    accounts = [account.id for account in settings.accounts]
    with engine.warehouse_context(session_settings(settings, now)) as context:
        found = [
            outcome
            for suite in suites
            for outcome in evaluation.outcomes_of(context, suite, accounts, now.date())
        ]
        with database.connect("app") as connection:
            outcomes = results.keep(connection, gate, run_id, found)
        counted = []
        if gate == "raw":
            with database.connect("transformer") as connection:
                counted = comparisons(connection)
        report = GateReport(gate, run_id, outcomes, pages.index_page(gate), time.monotonic() - started)
        pages.build(context, report, counted, now)
    return replace(report, seconds=time.monotonic() - started)
