"""One tiny world for this folder, and a house over it for every test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows_e2e.house import House, furnish
from tests.support.postgres import Warehouse
from tests.support.sandbox import SandboxProcess


@pytest.fixture(scope="session")
def tiny(sandbox_factory: Callable[..., SandboxProcess]) -> SandboxProcess:
    return sandbox_factory(leads=80, calls=150, projects=1, keywords=6, position_days=12, months=4)


@pytest.fixture
def house(tmp_path: Path, warehouse: Warehouse, tiny: SandboxProcess) -> House:
    return furnish(tmp_path, warehouse, tiny)
