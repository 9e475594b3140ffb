"""Published marts to letters. Rendering is pure; nothing here sends, and nothing but marts is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from voronka.config import Account
from voronka.domain.errors import ConfigurationError
from voronka.domain.letters import Letter
from voronka.domain.periods import Period
from voronka.reports.language import Language
from voronka.reports.positions.queries import positions_report, projects
from voronka.reports.positions.render import render_positions
from voronka.reports.sales.queries import sales_report
from voronka.reports.sales.render import render_sales

__all__ = ["available", "render", "subjects"]

_KINDS = {"positions": ("day", "week", "month"), "sales_weekly": ("week",)}


def available() -> tuple[str, ...]:
    """The names of all reports."""
    return tuple(_KINDS)


def subjects(
    connection: Connection[Any], report: str, account: Account, *, only: Sequence[str] = ()
) -> list[str]:
    """What a report of an account has one letter for: project ids, or the account itself.

    Args:
        only: our or the provider's project ids; all when empty. Reports about an account take none.

    Raises:
        ConfigurationError: an unknown report or project.
        NotPublished: the marts are not there.
    """
    _known(report)
    if report == "positions":
        return projects(connection, account, only)
    if only:
        raise ConfigurationError(
            f"{report} is about a whole account, not about projects.", remedy="leave the project out."
        )
    return [account.id]


def render(
    connection: Connection[Any],
    report: str,
    account: Account,
    *,
    as_of: datetime,
    run_id: str = "",
    subject_id: str | None = None,
    project_id: str | None = None,
    period: str | None = None,
    language: str | None = None,
) -> Letter:
    """One letter.

    Args:
        connection: under role ``app``; only marts are read.
        as_of: the moment of the data, aware; it decides which period is the last complete one.
        run_id: the published run, for the footer.
        subject_id, project_id: the project (ours or the tracker's id) of a position report; either name will do.
        period: ``2026-W47``, ``2026-10`` or a day, as far as the report has that kind; the last complete week by default.
        language: ``ru`` or ``en``; the account's by default.

    Raises:
        ConfigurationError: an unknown report, project, period or language.
        NotPublished: nothing is known of that period.
    """
    _known(report)
    spoken = Language(language or account.language)
    span = Period.parse(period) if period else Period.last_complete(as_of, account.time_zone)
    if span.kind not in _KINDS[report]:
        raise ConfigurationError(
            f"{report} has no period like {span}.",
            remedy=f"choose a {' or '.join(_KINDS[report])}: 2026-W47.",
        )
    if report == "sales_weekly":
        return render_sales(sales_report(connection, account, span, as_of=as_of, run_id=run_id), spoken)
    project = project_id or subject_id
    if not project:
        raise ConfigurationError(
            "A position report is about a project, and none was named.",
            remedy="name one with --project; voronka report positions without it renders all.",
        )
    return render_positions(
        positions_report(connection, account, project, span, as_of=as_of, run_id=run_id), spoken
    )


def _known(report: str) -> None:
    if report not in _KINDS:
        raise ConfigurationError(
            f"There is no report {report!r}.", remedy=f"choose one of {', '.join(_KINDS)}."
        )
