"""Fixtures of the contract: a case, and a maker of its connectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.contract.cases import CASES, Case, Make, account
from tests.support.doubles import CountingLimiter, SleepBook
from tests.support.sandbox import SandboxProcess
from voronka.config import secret_name
from voronka.connectors import build
from voronka.connectors.base import Connector


@pytest.fixture(params=CASES, ids=lambda case: f"{case.provider}-{case.windowed}")
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture
def make(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Build a connector of a case for an account of the sandbox, with its secrets in the environment."""
    monkeypatch.delenv("VORONKA_AS_OF", raising=False)
    listed = requests.get(f"{sandbox.url}/sandbox/accounts", timeout=10).json()
    numbers = {row["account"]: str(row["account_number"]) for row in listed}

    def of(
        case: Case, slug: str = "sever", *, server: SandboxProcess | None = None, **settings: Any
    ) -> Connector:
        for name, value in case.secrets(slug, numbers[slug]).items():
            monkeypatch.setenv(secret_name(slug, case.provider, name), value)
        source = case.source(server or sandbox, slug, **settings)
        return build(account(slug, source), case.kind, source, CountingLimiter(), sleep=SleepBook())

    return of


@pytest.fixture
def amocrm() -> Case:
    return CASES[0]


@pytest.fixture
def unblocked(sandbox: SandboxProcess) -> Iterator[None]:
    yield
    sandbox.unblock()
