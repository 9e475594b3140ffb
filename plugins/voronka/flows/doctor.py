"""``voronka doctor``: what is wrong with a setting, a credential, a right, a clock, and what to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import psycopg

from voronka import database
from voronka.config import MailSettings, Settings, load_settings, state_folder
from voronka.connectors.base import Finding
from voronka.delivery.smtp import greet
from voronka.domain.errors import VoronkaError
from voronka.flows import field_map, webhooks
from voronka.flows.load import connector_for

LEAST_POSTGRES = 150000
LEAST_FREE_BYTES = 2 * 1024**3
MOST_ATTEMPTS = 2
"""Whoever asks what is wrong does not want to wait for a provider to come back."""


def examine() -> Iterator[tuple[str, Finding]]:
    """(subject, finding) one by one: settings, warehouse, mail, disk, then every source of every account."""
    try:
        settings = load_settings()
    except VoronkaError as error:
        yield "settings", Finding("settings are valid", False, error.message, error.remedy)
        return
    yield "settings", Finding("settings are valid", True, f"{len(settings.accounts)} accounts")
    warehouse = _warehouse()
    yield "warehouse", warehouse
    yield "mail", _mail(settings.mail)
    yield "disk", _disk()
    if warehouse.ok:
        yield from _sources(settings)
    else:
        message = "not asked: their rate limits and tokens are kept in the warehouse."
        yield "sources", Finding("sources answer", False, message, "mend the warehouse first.", "warning")


def _warehouse() -> Finding:
    check = "warehouse answers, is new enough and migrated"
    try:
        with database.connect("loader", connect_timeout=5) as connection:
            version = connection.info.server_version
            migrated = connection.execute("select to_regclass('ops.loads') is not null").fetchone()
    except VoronkaError as error:
        return Finding(check, False, error.message, error.remedy)
    except psycopg.Error as error:
        return Finding(check, False, str(error).strip(), "run voronka up, or mend VORONKA_DATABASE_URL.")
    if version < LEAST_POSTGRES:
        return Finding(check, False, f"Postgres {version // 10000} is too old.", "use Postgres 15 or newer.")
    if not migrated or not migrated[0]:
        return Finding(check, False, "the schema ops is missing.", "run voronka up, which migrates.")
    return Finding(check, True, f"Postgres {version // 10000}")


def _mail(mail: MailSettings) -> Finding:
    check = f"mail server {mail.host}:{mail.port} answers"
    try:
        greet(mail)
    except VoronkaError as error:
        return Finding(check, False, error.message, error.remedy)
    return Finding(check, True, "it would take letters")


def _disk() -> Finding:
    folder = next(p for p in (state_folder(), *state_folder().parents) if p.exists())
    free = shutil.disk_usage(folder).free
    text = f"{free / 1024**3:.1f} GiB free at {state_folder()}"
    return Finding("disk has room", free > LEAST_FREE_BYTES, text, "free some space or move VORONKA_HOME.")


def _sources(settings: Settings) -> Iterator[tuple[str, Finding]]:
    for account in settings.accounts:
        for kind, source in account.sources:
            subject = f"{account.id} {source.provider}"
            asked = source.model_copy(update={"attempts": min(source.attempts, MOST_ATTEMPTS)})
            try:
                findings = connector_for(account, kind, asked).probe()
            except VoronkaError as error:
                findings = [Finding("source answers", False, error.message, error.remedy)]
            if kind == "crm":
                findings += [*webhooks.findings(account), *field_map.findings(account)]
            yield from ((subject, finding) for finding in findings)
