"""Fixtures live in ``tests/support``, one file per thing they start."""

import pytest

pytest_plugins = [
    "tests.support.built_warehouse",
    "tests.support.airflow",
    "tests.support.postgres",
    "tests.support.sandbox",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file on one worker, and all that start an Airflow on the same: two at once starve each other."""
    for item in items:
        heavy = item.get_closest_marker("airflow")
        item.add_marker(pytest.mark.xdist_group("airflow" if heavy else item.nodeid.partition("::")[0]))
