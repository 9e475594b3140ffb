"""What a gate found, and the words in which it is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from voronka.domain.errors import GateFailed

Gate = Literal["raw", "marts"]
Severity = Literal["critical", "warning", "info"]
Stops = Literal["run", "account"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One expectation, for one account where it failed.

    Attributes:
        suite: the suite's name, as its file.
        table: what was looked at, with its schema.
        expectation: its short name, unique in the suite.
        account_id: the tenant whose rows fail; None when it held, or is about no single tenant.
        expected: the sentence that should be true.
        observed: what was found instead, or a short "held".
        column: the column it is about, empty when it is about more than one.
        examples: keys of failing rows, a few.
        failing_since: start (UTC) of the first run of the unbroken series of failures; None when it held.
        stops: what a critical failure stops: the whole run, or only the reports of the account it is about.
        accepted: why and until when a known failure is let through; empty when it is not.
    """

    gate: Gate
    suite: str
    table: str
    expectation: str
    severity: Severity
    success: bool
    expected: str
    observed: str
    remedy: str
    account_id: str | None = None
    column: str = ""
    examples: tuple[str, ...] = ()
    failing_since: datetime | None = None
    stops: Stops = "run"
    accepted: str = ""

    @property
    def where(self) -> str:
        """Table, column and account, as a person would name them."""
        place = f"{self.table}.{self.column}" if self.column else self.table
        return f"{place}, account {self.account_id}" if self.account_id else place

    @property
    def message(self) -> str:
        """What failed, where, since when and what to do, in one paragraph."""
        if self.success:
            return f"{self.where}: {self.expected}"
        parts = [f"{self.where} [{self.expectation}]: expected: {self.expected} Found: {self.observed}."]
        if self.examples:
            parts.append(f"For example {', '.join(self.examples)}.")
        if self.failing_since:
            parts.append(f"Failing since {self.failing_since:%Y-%m-%d %H:%M} UTC.")
        if self.accepted:
            parts.append(f"Accepted: {self.accepted}.")
        parts.append(f"What to do: {self.remedy}")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class GateReport:
    """All outcomes of a gate in a run.

    Attributes:
        docs_index: the HTML page of this gate, local.
        seconds: how long the gate took.
    """

    gate: Gate
    run_id: str
    outcomes: tuple[Outcome, ...]
    docs_index: Path
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether nothing failed that stops the run; warnings and failures that only hold an account do not."""
        return not any(o.stops == "run" or o.account_id is None for o in self.failures)

    @property
    def held(self) -> dict[str, str]:
        """Accounts whose reports must not go out though the run goes on, and why: their data is sound but late."""
        reasons: dict[str, list[str]] = {}
        for outcome in self.failures:
            if outcome.stops == "account" and outcome.account_id:
                reasons.setdefault(outcome.account_id, []).append(outcome.message)
        return {account_id: " ".join(messages) for account_id, messages in reasons.items()}

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Critical failures: each of them stops the run, or holds the account it is about."""
        return tuple(o for o in self.outcomes if not o.success and o.severity == "critical")

    @property
    def warnings(self) -> tuple[Outcome, ...]:
        """Failures that are told but stop nothing."""
        return tuple(o for o in self.outcomes if not o.success and o.severity != "critical")

    @property
    def summary(self) -> str:
        """One line: how many expectations held, failed and warn."""
        counts = Counter("held" if o.success else o.severity for o in self.outcomes)
        return (
            f"gate {self.gate}: {counts['held']} expectations held, {len(self.failures)} critical failures, "
            f"{len(self.warnings)} warnings ({self.seconds:.1f} s)"
        )


def gate_error(report: GateReport) -> GateFailed:
    """The error that stops a run: every critical failure with what, where, since when and the remedy.

    Warnings are listed after the failures, for they often explain them.
    """
    lines = [
        f"The gate {report.gate} of the run {report.run_id} failed: "
        f"{len(report.failures)} critical, {len(report.warnings)} warnings; nothing is published."
    ]
    lines += [f"{number}. {outcome.message}" for number, outcome in enumerate(report.failures, 1)]
    lines += [f"warning: {outcome.message}" for outcome in report.warnings]
    return GateFailed(
        "\n".join(lines),
        remedy=f"mend the failures above and run again; all results with their queries: {report.docs_index}",
    )
