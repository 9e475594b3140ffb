"""The marts of a loaded world: built, described, and equal to what the sandbox knows of itself."""

from __future__ import annotations

from tests.support.built_warehouse import BuiltWarehouse


def test_every_model_and_test_succeeds(built_warehouse: BuiltWarehouse) -> None:
    statuses = built_warehouse.dbt.statuses
    assert set(statuses) <= {"success", "pass"}, statuses
