"""Sending over a real SMTP conversation against a real ledger."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.support.postgres import Warehouse
from tests.unit.delivery.letters import Server, letter, mail_server
from voronka.config import AlertSettings, MailSettings, Settings
from voronka.delivery import alert, mime, send, uncertain
from voronka.delivery.smtp import hand_over
from voronka.domain.errors import ConfigurationError, DeliveryError

TO = "boss@client.example"


@pytest.fixture
def post() -> Iterator[tuple[Server, MailSettings]]:
    with mail_server() as running:
        yield running


@pytest.fixture
def ledger(warehouse: Warehouse) -> Iterator[Any]:
    with warehouse.connect("app", autocommit=True) as connection:
        yield connection


def _statuses(ledger: Any) -> list[str]:
    return [row[0] for row in ledger.execute("select status from ops.deliveries order by created_at, status")]


def test_a_letter_goes_once(post: tuple[Server, MailSettings], ledger: Any) -> None:
    server, mail = post
    assert send(ledger, letter(), TO, mail) == "sent"
    assert send(ledger, letter(), "Boss@Client.example", mail) == "already_sent"
    assert send(ledger, letter(), "other@client.example", mail) == "sent"
    assert server.recipients == [TO, "other@client.example"]
    body = server.taken[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == letter().mail_text
    (row,) = ledger.execute(
        "select delivery_id::text, message_id, attempts, sent_at is not null from ops.deliveries where recipient = %s",
        [TO],
    ).fetchall()
    assert row[1:] == (f"<{row[0]}@sever.example>", 1, True)
    assert server.taken[0]["Message-ID"] == row[1]


def test_other_figures_of_the_same_period_are_noted_not_sent(
    post: tuple[Server, MailSettings], ledger: Any
) -> None:
    server, mail = post
    changed = letter(facts={"top10": 0.6})
    assert send(ledger, letter(), TO, mail) == "sent"
    assert send(ledger, changed, TO, mail) == "superseded_content"
    assert send(ledger, changed, TO, mail) == "superseded_content"
    assert _statuses(ledger) == ["sent", "superseded"]
    assert send(ledger, changed, TO, mail, resend=True) == "sent"
    assert len(server.taken) == 2
    assert send(ledger, letter(period="2026-W48"), TO, mail) == "sent"


def test_a_person_may_send_the_same_again(post: tuple[Server, MailSettings], ledger: Any) -> None:
    server, mail = post
    send(ledger, letter(), TO, mail)
    assert send(ledger, letter(), TO, mail, resend=True) == "sent"
    assert len({message["Message-ID"] for message in server.taken}) == 2
    assert _statuses(ledger) == ["sent"]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_come_later_is_an_error_and_the_next_attempt_sends(
    post: tuple[Server, MailSettings], ledger: Any, verb: str
) -> None:
    server, mail = post
    server.answers[verb] = "451 4.7.1 greylisted"
    with pytest.raises(DeliveryError, match="451"):
        send(ledger, letter(), TO, mail)
    assert _statuses(ledger) == ["failed"]
    server.answers.clear()
    assert send(ledger, letter(), TO, mail) == "sent"
    assert ledger.execute("select attempts, error from ops.deliveries").fetchall() == [(2, None)]


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_never_is_noted_and_not_tried_again(
    post: tuple[Server, MailSettings], ledger: Any, verb: str
) -> None:
    server, mail = post
    server.answers[verb] = "550 5.1.1 no such user"
    assert send(ledger, letter(), TO, mail) == "refused"
    server.answers.clear()
    assert send(ledger, letter(), TO, mail) == "refused"
    assert server.taken == []
    assert "no such user" in ledger.execute("select error from ops.deliveries").fetchone()[0]


def test_a_refused_sender_is_a_setting(post: tuple[Server, MailSettings], ledger: Any) -> None:
    server, mail = post
    server.answers["MAIL"] = "553 not yours"
    with pytest.raises(ConfigurationError, match=r"mail\.sender"):
        send(ledger, letter(), TO, mail)
    assert _statuses(ledger) == ["failed"]


def test_a_connection_lost_before_the_content_is_tried_again(
    post: tuple[Server, MailSettings], ledger: Any
) -> None:
    server, mail = post
    server.ends = "before"
    with pytest.raises(DeliveryError, match="mail server .* failed"):
        send(ledger, letter(), TO, mail)
    server.ends = None
    assert send(ledger, letter(), TO, mail) == "sent"
    assert len(server.taken) == 1


def test_a_connection_lost_after_the_content_is_uncertain(
    post: tuple[Server, MailSettings], ledger: Any
) -> None:
    server, mail = post
    server.ends = "after"
    assert send(ledger, letter(), TO, mail) == "uncertain"
    server.ends = None
    assert send(ledger, letter(), TO, mail) == "uncertain"
    assert len(server.taken) == 1
    assert [row.recipient for row in uncertain(ledger)] == [TO]
    assert send(ledger, letter(), TO, mail, resend=True) == "sent"
    assert uncertain(ledger) == []


CHILD = """
import sys
sys.stdin.readline()
from voronka import database
from voronka.config import MailSettings
from voronka.delivery import send
from tests.unit.delivery.letters import letter
with database.connect("app", autocommit=True) as connection:
    send(connection, letter(), sys.argv[2], MailSettings(port=int(sys.argv[1]), sender="reports@sever.example"))
"""


def test_a_process_killed_after_handing_over_is_uncertain_later(
    post: tuple[Server, MailSettings], ledger: Any, warehouse: Warehouse
) -> None:
    server, mail = post
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(mail.port), TO],
        stdin=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        env={**os.environ, **warehouse.environment},
    )
    server.victim = child.pid
    child.communicate(b"go\n", timeout=60)
    assert child.returncode == -signal.SIGKILL
    server.victim = None
    assert len(server.taken) == 1
    assert _statuses(ledger) == ["sending"]
    assert send(ledger, letter(), TO, mail) == "in_progress"
    assert uncertain(ledger) == []
    ledger.execute("update ops.deliveries set updated_at = now() - interval '16 minutes'")
    assert [row.period for row in uncertain(ledger)] == ["2026-W47"]
    assert send(ledger, letter(), TO, mail) == "uncertain"
    assert len(server.taken) == 1
    assert _statuses(ledger) == ["uncertain"]


def test_two_senders_at_once_send_once(post: tuple[Server, MailSettings], warehouse: Warehouse) -> None:
    server, mail = post
    server.delay = 0.05

    def one(number: int) -> str:
        with warehouse.connect("app", autocommit=True) as connection:
            return send(connection, letter(facts={"top10": 0.5 + number % 2}), TO, mail)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(one, range(16)))
    assert outcomes.count("sent") == 1
    assert len(server.taken) == 1
    assert set(outcomes) <= {"sent", "already_sent", "in_progress", "superseded_content"}


def test_lines_that_begin_with_a_dot_arrive_whole(post: tuple[Server, MailSettings]) -> None:
    server, mail = post
    message = mime.headed("Точка", TO, mail.sender, "d1")
    message.set_content(".\n..two\n.end\n", cte="7bit")
    hand_over(message, "reports@sever.example", TO, mail)
    assert server.taken[0].get_content().replace("\r\n", "\n") == ".\n..two\n.end\n"


def test_nothing_goes_to_a_server_that_is_not_there(ledger: Any) -> None:
    with mail_server() as (_, mail):
        pass
    with pytest.raises(DeliveryError, match=r"mail\.host"):
        send(ledger, letter(), TO, mail)
    assert _statuses(ledger) == ["failed"]


def test_a_foreign_name_stops_the_letter_before_the_ledger(
    post: tuple[Server, MailSettings], ledger: Any
) -> None:
    server, mail = post
    with pytest.raises(DeliveryError, match="Рога"):
        send(ledger, letter(mail_html="<p>ООО «Рога»</p>"), TO, mail, forbidden=["ООО «Рога»"])
    assert server.taken == []
    assert _statuses(ledger) == []


def test_an_open_transaction_is_refused(post: tuple[Server, MailSettings], warehouse: Warehouse) -> None:
    _, mail = post
    with warehouse.connect("app") as connection:
        connection.execute("select 1")
        with pytest.raises(ValueError, match="open transaction"):
            send(connection, letter(), TO, mail)


def test_letters_keep_the_rate(post: tuple[Server, MailSettings], ledger: Any) -> None:
    _, mail = post
    slow = mail.model_copy(update={"rate_per_second": 10.0})
    started = monotonic()
    for number in range(4):
        send(ledger, letter(), f"r{number}@client.example", slow)
    assert monotonic() - started >= 0.3


def test_an_alert_is_told_once_a_day_to_each(post: tuple[Server, MailSettings], ledger: Any) -> None:
    server, mail = post
    settings = Settings(
        accounts=(), mail=mail, alerts=AlertSettings(recipients=("a@x.example", "b@x.example"))
    )
    told = {"subject": "load failed", "lines": ["What: load", "Remedy: look\nthere"]}
    assert alert(ledger, settings, key="load", **told) == 2  # type: ignore[arg-type]
    assert alert(ledger, settings, key="load", **told) == 0  # type: ignore[arg-type]
    assert alert(ledger, settings, key="dbt", **told) == 2  # type: ignore[arg-type]
    assert server.recipients == ["a@x.example", "b@x.example"] * 2
    assert server.taken[0]["Subject"] == "[Voronka] load failed"
    assert server.taken[0].get_content().replace("\r\n", "\n") == "What: load\nRemedy: look\nthere\n"


def test_an_alert_that_did_not_arrive_is_tried_again(post: tuple[Server, MailSettings], ledger: Any) -> None:
    server, mail = post
    settings = Settings(accounts=(), mail=mail, alerts=AlertSettings(recipients=("a@x.example",)))
    server.answers["RCPT"] = "450 later"
    with pytest.raises(DeliveryError, match=r"a@x\.example"):
        alert(ledger, settings, key="load", subject="load failed", lines=["x"])
    server.answers.clear()
    assert alert(ledger, settings, key="load", subject="load failed", lines=["x"]) == 1
