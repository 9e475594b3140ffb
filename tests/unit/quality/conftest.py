"""Settings, a frozen clock and a state folder of its own for the gates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import environment
from tests.unit.quality.raw_data import ACCOUNTS, AS_OF
from voronka.config import Settings


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Two accounts with a CRM, an exchange and a rank tracker each, on the usual schedules."""
    sources = {"telephony": [{"provider": "uis"}], "positions": [{"provider": "topvisor"}]}
    return Settings.model_validate(
        {"accounts": [{"id": a, "name": a, "crm": {"provider": "amocrm"}, **sources} for a in ACCOUNTS]}
    )


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The state folder, with the clock standing at ``AS_OF``."""
    folder = tmp_path_factory.mktemp("state")
    with environment({"VORONKA_HOME": str(folder), "VORONKA_AS_OF": AS_OF.isoformat()}):
        yield folder
