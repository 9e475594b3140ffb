"""Marts → letters → mailboxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from voronka import database
from voronka.config import Account, ReportSubscription, Settings
from voronka.delivery import foreign_names, send, store
from voronka.domain import clock
from voronka.domain.errors import NotPublished
from voronka.domain.letters import Letter
from voronka.reports import render, subjects


@dataclass(frozen=True, slots=True)
class Publication:
    """The last published run: its id, when it was published and what moment its data is as of (UTC)."""

    run_id: str
    published_at: datetime
    data_as_of: datetime


def require_published(settings: Settings, account_id: str | None = None) -> Publication:
    """The publication that reports may read.

    Args:
        account_id: also refuse when this account is held, and judge the age of its own data; without it the
            moment is the earliest of all accounts and its age is not judged.

    Raises:
        NotPublished: when the newest transform run is not published (what stopped it, and since when, is said),
            when the account is held, or its data is older than ``publishing.fresh_hours``.
    """
    with database.connect("app") as connection:
        newest = connection.execute(
            "select run_id, status, failed_step, message, started_at from ops.runs order by started_at desc limit 1"
        ).fetchone()
        published = connection.execute(
            """
            select run_id, published_at, data_as_of from ops.runs
            where status = 'published' order by published_at desc limit 1
            """
        ).fetchone()
        of_account = connection.execute(
            "select status, data_as_of, reason from ops.run_accounts where run_id = %s and account_id = %s",
            (published[0] if published else None, account_id),
        ).fetchone()
    if newest is None or published is None:
        raise NotPublished(
            "No transform run has been published yet.", remedy="load data and run voronka transform."
        )
    if newest[1] == "failed":
        raise NotPublished(
            f"The transform run {newest[0]} of {newest[4]:%Y-%m-%d %H:%M} UTC stopped at {newest[2]}: {newest[3]}",
            remedy="mend what is named, then run voronka transform; no report goes out before.",
        )
    if account_id is None:
        return Publication(*published)
    if of_account is None:
        raise NotPublished(
            f"The published run {published[0]} knows no account {account_id}.",
            remedy="run voronka transform, so that the account's data is published.",
        )
    status, data_as_of, reason = of_account
    if status == "held":
        raise NotPublished(
            f"Reports of {account_id} are held since the run of {published[1]:%Y-%m-%d %H:%M} UTC: {reason}",
            remedy="mend what is named, load and run voronka transform; other accounts' reports go out.",
        )
    oldest = clock.now() - timedelta(hours=settings.publishing.fresh_hours)
    if data_as_of < oldest:
        raise NotPublished(
            f"The published data of {account_id} is as of {data_as_of:%Y-%m-%d %H:%M} UTC, older than the allowed "
            f"{settings.publishing.fresh_hours:g} hours.",
            remedy="see voronka status for the source that is late, load it and run voronka transform.",
        )
    return Publication(published[0], published[1], data_as_of)


def letters(
    settings: Settings,
    report: str,
    account: Account,
    *,
    projects: tuple[str, ...] = (),
    period: str | None = None,
    language: str | None = None,
) -> Iterator[Letter]:
    """Every letter of a report for an account, rendered from published data.

    Args:
        projects: our or the provider's project ids; all of the account when empty.
    """
    with database.connect("app") as connection:
        # First, so that a wrong name is told as such, whatever the data is.
        wanted = subjects(connection, report, account, only=projects)
        publication = require_published(settings, account.id)
        for subject in wanted:
            yield render(
                connection,
                report,
                account,
                subject_id=subject,
                period=period,
                language=language,
                as_of=publication.data_as_of,
                run_id=publication.run_id,
            )


def write(letter: Letter, folder: Path) -> Path:
    """Write a letter's page, mail and text into a folder; the path of the page."""
    return store.write(letter, folder)


def send_subscription(
    settings: Settings, subscription: ReportSubscription, *, period: str | None = None
) -> dict[str, int]:
    """Render and send what one line of reports.yml asks for; how many letters ended in which outcome."""
    account = settings.account(subscription.account)
    counts: dict[str, int] = {}
    for letter in letters(
        settings,
        subscription.report,
        account,
        projects=subscription.projects,
        period=period,
        language=subscription.language,
    ):
        for outcome in send_letter(settings, letter, subscription.recipients):
            counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def send_letter(
    settings: Settings, letter: Letter, recipients: tuple[str, ...], *, resend: bool = False
) -> Iterator[str]:
    """Send one letter to each recipient, once, and keep its page; yields the outcome for each.

    Raises:
        NotPublished: the publication it was rendered from is no longer the newest word.
        voronka.domain.errors.DeliveryError: the mail server is out of reach or asks to come later.
    """
    publication = require_published(settings, letter.account_id)
    store.keep(letter)
    with database.connect("app", autocommit=True) as connection:
        forbidden = foreign_names(connection, letter)
        for recipient in recipients:
            yield send(
                connection,
                letter,
                recipient,
                settings.mail,
                forbidden=forbidden,
                resend=resend,
                run_id=publication.run_id,
            )
