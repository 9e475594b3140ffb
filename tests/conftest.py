"""Fixtures live in ``tests/support``, one file per thing they start."""

pytest_plugins = ["tests.support.postgres", "tests.support.sandbox"]
