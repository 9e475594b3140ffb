"""From built marts to the mailbox: every recipient gets each letter once, and the pages are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.built_warehouse import BuiltWarehouse
from tests.support.environment import environment
from tests.support.postgres import PostgresServer
from tests.support.sandbox import SandboxProcess
from voronka.config import MailSettings, ReportSubscription, Settings
from voronka.domain.errors import NotPublished
from voronka.flows import report as flow

CLIENT, HEAD = "client@example.com", "head@example.com"


@pytest.fixture
def published(
    built_warehouse: BuiltWarehouse, postgres_server: PostgresServer, sandbox: SandboxProcess, tmp_path: Path
) -> Iterator[Settings]:
    """A copy of the built warehouse whose run is published, its mail going to the sandbox's catcher."""
    source = built_warehouse.owner_url.rpartition("/")[2]
    name = f"{source}_sending"
    with postgres_server.as_owner() as owner:
        owner.execute(f"create database {name} template {source}")
    url = postgres_server.owner_url(name)
    with psycopg.connect(url) as connection:
        connection.execute(
            "update ops.runs set status = 'published', published_at = now(), data_as_of = %s",
            [built_warehouse.as_of],
        )
        connection.execute(
            """
            insert into ops.run_accounts (run_id, account_id, status, data_as_of)
            select r.run_id, a.account_id, 'published', r.data_as_of from ops.runs as r cross join ops.accounts as a
            """
        )
    values = {**built_warehouse.environment, "VORONKA_DATABASE_URL": url, "VORONKA_HOME": str(tmp_path)}
    sandbox.clear_mails()
    mail = MailSettings(port=sandbox.smtp_port, sender="Агентство «Север» <reports@sever.example>")
    with environment(values):
        yield built_warehouse.settings.model_copy(update={"mail": mail})
    sandbox.clear_mails()
    with postgres_server.as_owner() as owner:
        owner.execute(f"drop database {name} with (force)")


def test_everybody_gets_each_letter_once(
    published: Settings, sandbox: SandboxProcess, tmp_path: Path
) -> None:
    positions = ReportSubscription(
        report="positions", account="sever", recipients=(CLIENT, "second@example.com")
    )
    sales = ReportSubscription(report="sales_weekly", account="sever", recipients=(HEAD,), language="en")
    assert flow.send_subscription(published, positions) == {"sent": 6}
    assert flow.send_subscription(published, sales) == {"sent": 1}
    assert flow.send_subscription(published, positions) == {"already_sent": 6}
    assert flow.send_subscription(published, sales) == {"already_sent": 1}
    mails = sandbox.mails()
    assert len(mails) == 7
    subjects = sorted(mail["subject"] for mail in mails)
    assert subjects[0] == "Sales, Агентство «Север»: 19–25 October 2026"
    # two trackers look at one of the sites
    assert len(set(subjects)) == 3
    index = (tmp_path / "reports" / "index.html").read_text(encoding="utf-8")
    assert index.count("2026-W43.ru.html") == 3
    assert index.count("2026-W43.en.html") == 1


def test_nothing_goes_out_after_a_failed_run(published: Settings, sandbox: SandboxProcess) -> None:
    with psycopg.connect(_owner_url()) as connection:
        connection.execute(
            "insert into ops.runs (run_id, status, started_at, failed_step, message)"
            " values ('later', 'failed', now() + interval '1 day', 'gate raw', 'sever has no calls since 09:00')"
        )
    sales = ReportSubscription(report="sales_weekly", account="sever", recipients=(HEAD,))
    with pytest.raises(NotPublished, match="sever has no calls since 09:00"):
        flow.send_subscription(published, sales)
    assert sandbox.mails() == []


def _owner_url() -> str:
    from voronka import database

    return database.url("owner")
