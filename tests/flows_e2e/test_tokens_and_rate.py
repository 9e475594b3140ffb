"""Real processes that share one account: its rotating tokens and its rate limit."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.flows_e2e.house import House, said

ACCOUNT = "sever"
LISTS = [word for name in ("account", "users", "roles", "pipelines") for word in ("--entity", name)]


@pytest.fixture
def connected(house: House) -> Iterator[House]:
    """The OAuth account with a pair whose access token is at its end, and nothing asked of the provider yet."""
    house.sandbox.tokens(ACCOUNT, lifetime_seconds=1)
    connection = house.run("connect", ACCOUNT, "--code", f"code-{ACCOUNT}-{uuid4()}")
    assert connection.code == 0, connection.err
    house.sandbox.tokens(ACCOUNT, lifetime_seconds=None)
    house.sandbox.forget_requests()
    yield house
    house.sandbox.reset_tokens(ACCOUNT)


def test_two_processes_that_need_a_new_token_exchange_once(connected: House) -> None:
    # The exchange is the first request; held, it leaves the other process time to want one too.
    connected.sandbox.fault("timeout", provider="amocrm", account=ACCOUNT, count=1, seconds=1.5)
    words = [*connected.load_words(ACCOUNT, "crm"), *LISTS]
    both = [said(process) for process in [connected.start(*words) for _ in range(2)]]
    assert [one.code for one in both] == [0, 0], both
    log = connected.sandbox.requests(ACCOUNT)
    assert log["refresh_exchanges"] == 1
    assert set(log["statuses"]) == {"200"}, "neither met a refusal"
    assert connected.warehouse.rows("select distinct status from ops.loads") == [("succeeded",)]


def test_two_processes_whose_token_was_revoked_exchange_once(connected: House) -> None:
    assert connected.load(ACCOUNT, "crm", "--entity", "account").code == 0
    connected.sandbox.tokens(ACCOUNT, revoke="access")
    connected.sandbox.forget_requests()
    words = [*connected.load_words(ACCOUNT, "crm"), *LISTS]
    both = [said(process) for process in [connected.start(*words) for _ in range(2)]]
    assert [one.code for one in both] == [0, 0], both
    log = connected.sandbox.requests(ACCOUNT)
    assert log["refresh_exchanges"] == 1
    assert 1 <= log["statuses"]["401"] <= 2


def test_killed_between_exchange_and_use_the_next_run_goes_on(connected: House) -> None:
    renewed = "select count(*) from ops.tokens where expires_at > now() + interval '1 hour'"
    connected.sandbox.fault("timeout", provider="amocrm", account=ACCOUNT, seconds=1)
    process = connected.start(*connected.load_words(ACCOUNT, "crm"), *LISTS)
    deadline = time.monotonic() + 30
    while connected.warehouse.rows(renewed) == [(0,)] and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    assert connected.warehouse.rows("select count(*) from ops.watermarks") == [(0,)], (
        "the new pair was never used"
    )
    connected.sandbox.clear()
    again = connected.run(*connected.load_words(ACCOUNT, "crm"), *LISTS)
    assert again.code == 0, again.err
    assert connected.sandbox.requests(ACCOUNT)["refresh_exchanges"] == 1


def test_four_processes_keep_to_the_rate_together(house: House) -> None:
    house.set_sources(rate_per_second=7)
    house.sandbox.limits(per_second=7)
    house.sandbox.forget_requests()
    words = [*house.load_words("altai", "crm"), *LISTS, "--entity", "custom_fields", "--entity", "tags"]
    assert [said(process).code for process in [house.start(*words) for _ in range(4)]] == [0] * 4
    log = house.sandbox.requests("altai")
    assert log["total"] >= 4 * 9, "as many as would be five seconds' worth"
    assert log["rate_limited"] == 0
