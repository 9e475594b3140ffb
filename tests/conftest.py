"""Fixtures live in ``tests/support``, one file per thing they start."""

pytest_plugins = [
    "tests.support.built_warehouse",
    "tests.support.airflow",
    "tests.support.postgres",
    "tests.support.sandbox",
]
