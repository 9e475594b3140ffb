"""A real receiver between the sandbox that sends webhooks and the warehouse: slow database, kills, deletions."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.flows_e2e.house import House
from tests.support.environment import environment
from voronka.config import load_settings
from voronka.domain.errors import ConfigurationError
from voronka.flows import webhooks

ACCOUNT = "altai"
SECRET = "a" * 40
ENVIRONMENT = {f"VORONKA_{ACCOUNT.upper()}_AMOCRM_WEBHOOK_SECRET": SECRET}
ANSWER_SECONDS = 2.0
MOST_SECONDS = 60


@dataclass
class Receiver:
    """``voronka webhooks serve``, its address, and the house it belongs to."""

    house: House
    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(self, body: str, secret: str = SECRET, account: str = ACCOUNT) -> int:
        address = f"{self.url}/amocrm/{account}/{secret}"
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return requests.post(address, data=body, headers=kind, timeout=ANSWER_SECONDS).status_code

    def spooled(self) -> list[Path]:
        return list((self.house.folder / "webhooks").glob("*.hook"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(house: House, **changed: str) -> Receiver:
    port = free_port()
    process = house.start("webhooks", "serve", "--port", str(port), **ENVIRONMENT, **changed)
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=1)
            return Receiver(house, port, process)
        except requests.ConnectionError:
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
    raise AssertionError("the receiver did not start")


@pytest.fixture
def receiver(house: House) -> Iterator[Receiver]:
    started = serve(house)
    yield started
    started.process.send_signal(signal.SIGTERM)
    started.process.communicate(timeout=20)


def order(house: House, **data: Any) -> list[dict[str, Any]]:
    answer = requests.post(
        f"{house.sandbox.url}/sandbox/hooks", json={"account": ACCOUNT, **data}, timeout=60
    )
    sent: list[dict[str, Any]] = answer.json()["sent"]
    return sent


def wait_for(house: House, query: str, expected: list[tuple[Any, ...]]) -> float:
    started = time.monotonic()
    while (found := house.warehouse.rows(query)) != expected:
        assert time.monotonic() - started < MOST_SECONDS, found
        time.sleep(0.1)
    return time.monotonic() - started


LEADS = "select count(*) from raw.amocrm_leads"
WAITING = "select count(*) from ops.webhook_hints where done_at is null"


def test_from_webhook_to_raw_while_the_database_is_stuck(receiver: Receiver) -> None:
    house = receiver.house
    registration = house.run("webhooks", "register", ACCOUNT, receiver.url, **ENVIRONMENT)
    assert registration.code == 0, registration.err
    assert SECRET not in registration.out + registration.err
    with house.warehouse.connect("owner") as stuck:
        stuck.execute("lock table ops.webhook_inbox, raw.amocrm_leads in access exclusive mode")
        sent = order(house, entity="leads", last=20)
        assert [one["status"] for one in sent] == [200] * 20
        assert max(one["seconds"] for one in sent) < ANSWER_SECONDS
        assert len(receiver.spooled()) == 20, "kept on the disk while the database takes nothing"
    wait_for(house, LEADS, [(20,)])
    wait_for(house, WAITING, [(0,)])
    assert receiver.spooled() == []
    # Twice and in disorder: nothing changes.
    before = house.tables()
    order(house, entity="leads", last=3)
    wait_for(house, "select count(*) from ops.webhook_inbox", [(23,)])
    wait_for(house, WAITING, [(0,)])
    assert house.tables() == before
    # The windowed load reads the same versions.
    assert house.load(ACCOUNT, "crm", "--entity", "leads").code == 0
    assert house.warehouse.rows("select count(*) from raw.amocrm_leads_history") == [(0,)]
    window = "select rows_unchanged from ops.loads where mode = 'window' and entity = 'leads'"
    assert house.warehouse.rows(window)[0][0] >= 20


def test_only_what_is_gone_indeed_is_marked(receiver: Receiver) -> None:
    house = receiver.house
    assert house.load(ACCOUNT, "crm", "--entity", "leads", "--entity", "tasks").code == 0
    (binned,), *_ = house.warehouse.rows(
        "select source_id from raw.amocrm_leads where deletion_kind = 'bin' order by 1 limit 1"
    ) or [("0",)]
    (alive,), (merged,), (hidden,), *_ = house.warehouse.rows(
        "select source_id from raw.amocrm_leads where deleted_at is null order by 1 limit 3"
    )
    ghost, unseen = "99999999", "99999998"
    for name, source_id in ((ghost, merged), (unseen, hidden)):
        house.warehouse.rows(
            "update raw.amocrm_leads set source_id = %s where source_id = %s", (name, source_id)
        )
    body = "&".join(f"leads[delete][{n}][id]={i}" for n, i in enumerate((binned, alive, ghost)))
    assert receiver.post(f"{body}&leads[update][0][id]={unseen}") == 200
    wait_for(house, "select count(*) from ops.webhook_hints where outcome = 'loaded'", [(4,)])
    kinds = dict(
        house.warehouse.rows(
            "select source_id, deletion_kind from raw.amocrm_leads where source_id = any(%s)",
            ([binned, alive, ghost, unseen],),
        )
    )
    assert kinds.get(binned, "bin") == "bin"
    assert (kinds[alive], kinds[ghost]) == (None, "missing")
    assert kinds[unseen] is None, "nobody said that it is gone: it may not be readable yet"


def test_whatever_is_not_the_secret_address_is_not_found(receiver: Receiver) -> None:
    body = "leads[update][0][id]=1"
    assert receiver.post(body, secret="b" * 40) == 404
    assert receiver.post(body, account="nobody") == 404
    assert receiver.post(body, account="sever") == 404, "an account without a secret takes none"
    assert requests.get(f"{receiver.url}/amocrm/{ACCOUNT}/{SECRET}", timeout=5).status_code == 404
    assert receiver.post("leads[update][0][id]=1&x=" + "y" * (2 * 1024 * 1024)) == 413
    assert receiver.spooled() == []
    receiver.process.send_signal(signal.SIGTERM)
    out, err = receiver.process.communicate(timeout=20)
    assert SECRET not in out + err
    assert "b" * 40 not in out + err


def test_killed_at_any_moment_nothing_accepted_is_lost(house: House) -> None:
    first = serve(house, VORONKA_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    ids = house.sandbox.truth(ACCOUNT)
    assert ids, "the world has this account"
    for number in range(5):
        assert first.post(f"talk[update][0][talk_id]={number}") == 200
    first.process.send_signal(signal.SIGKILL)
    first.process.communicate(timeout=20)
    assert len(first.spooled()) == 5
    # A worker that was killed between storing and forgetting leaves what is already there.
    again = first.spooled()[0]
    kept = again.read_bytes()
    with environment(house.environment):
        assert webhooks.drain(webhooks.spool()) == 5
        again.write_bytes(kept)
        assert webhooks.drain(webhooks.spool()) == 1
    assert house.run("webhooks", "work", "--once").code == 0
    assert first.spooled() == []
    assert house.warehouse.rows("select count(*) from ops.webhook_inbox") == [(5,)]
    assert house.warehouse.rows("select outcome, count(*) from ops.webhook_hints group by 1") == [
        ("unsupported", 5)
    ]


def test_doctor_tells_of_a_webhook_that_is_not_there_or_switched_off(house: House) -> None:
    requests.delete(f"{house.sandbox.url}/sandbox/hooks", timeout=5)
    with environment({**house.environment, **ENVIRONMENT}):
        settings = load_settings()
        account = settings.account(ACCOUNT)
        (missing,) = webhooks.findings(account)
        assert not missing.ok
        assert "voronka webhooks register altai" in missing.remedy
        webhooks.register(settings, ACCOUNT, f"http://127.0.0.1:{free_port()}")
        (registered,) = webhooks.findings(account)
        assert registered.ok
        assert webhooks.findings(settings.account("sever")) == [], "it takes none"
    sent = order(house, last=3, disable_after=2)
    assert [one["disabled"] for one in sent] == [False, False, True]
    found = house.run("doctor", "--json", **ENVIRONMENT).json
    (disabled,) = [f for f in found if f["check"] == "webhooks are sent to us"]
    assert not disabled["ok"]
    assert "switched the webhook off" in disabled["message"]
    requests.delete(f"{house.sandbox.url}/sandbox/hooks", timeout=5)


@pytest.mark.parametrize(
    ("secret", "url", "complaint"),
    [
        ("", "https://hooks.example", "has no webhook secret"),
        ("short", "https://hooks.example", "is no secret"),
        (SECRET, "ftp://hooks.example", "is no address"),
        (SECRET, "https://хуки.example", "is no address"),
    ],
)
def test_a_registration_that_cannot_work_is_refused(
    house: House, secret: str, url: str, complaint: str
) -> None:
    with environment({**house.environment, **dict.fromkeys(ENVIRONMENT, secret)}):
        with pytest.raises(ConfigurationError, match=complaint) as caught:
            webhooks.register(load_settings(), ACCOUNT, url)
        assert secret in ("", "short") or secret not in str(caught.value)
