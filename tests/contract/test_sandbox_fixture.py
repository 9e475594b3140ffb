"""The sandbox fixture: one small world, switched back after every test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.support.sandbox import UNTIL, SandboxProcess

ADMIN = {"Authorization": "Bearer long-sever"}


def _leads(sandbox: SandboxProcess) -> requests.Response:
    return requests.get(f"{sandbox.url}/amocrm/sever/api/v4/leads?limit=250", headers=ADMIN, timeout=10)


@pytest.fixture(params=["fault", "broken", "clock", "filters"])
def switched(request: pytest.FixtureRequest, sandbox: SandboxProcess) -> str:
    """Order every kind of trouble, each once; the plugin's clean-up runs after this fixture's test."""
    orders: dict[str, Callable[[], object]] = {
        "fault": lambda: sandbox.fault("500", provider="amocrm"),
        "broken": sandbox.broken,
        "clock": lambda: sandbox.clock("2026-08-01T00:00:00+00:00"),
        "filters": lambda: sandbox.filters("ignored"),
    }
    switch: str = request.param
    orders[switch]()
    return switch


def test_switches_work(sandbox: SandboxProcess, switched: str) -> None:
    answer = _leads(sandbox)
    assert (answer.status_code == 500) == (switched == "fault")
    if switched == "broken":
        assert (
            len(answer.json()["_embedded"]["leads"]) + _rest(sandbox) == sandbox.truth()["rows"]["leads"] + 3
        )
    if switched == "clock":
        assert sandbox.truth()["as_of"].startswith("2026-08-01")


def _rest(sandbox: SandboxProcess) -> int:
    second = requests.get(
        f"{sandbox.url}/amocrm/sever/api/v4/leads?limit=250&page=2", headers=ADMIN, timeout=10
    )
    return len(second.json()["_embedded"]["leads"])


def test_and_are_off_again(sandbox: SandboxProcess) -> None:
    assert sandbox.as_of.isoformat() == UNTIL
    assert sandbox.truth()["as_of"] == UNTIL
    assert (
        len(_leads(sandbox).json()["_embedded"]["leads"]) + _rest(sandbox) == sandbox.truth()["rows"]["leads"]
    )
    account = f"{sandbox.url}/amocrm/sever/api/v4/account?with=is_api_filter_enabled"
    assert requests.get(account, headers=ADMIN, timeout=10).json()["is_api_filter_enabled"] is True


def test_others_can_be_started_with_options(
    sandbox_factory: Callable[..., SandboxProcess], tmp_path: Path
) -> None:
    other = sandbox_factory(leads=30, calls=40, accounts=1, rate_limit=1, state=tmp_path)
    assert [_leads(other).status_code for _ in range(2)] == [200, 429]
    assert other.requests()["rate_limited"] == 1
    assert other.stop() == 0
