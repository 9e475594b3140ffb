"""One server over the tiny tenant for this folder; what a test switches on is switched off after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.tests.serving import Live, live


@pytest.fixture(scope="session")
def _served() -> Iterator[Live]:
    with live() as server:
        yield server


@pytest.fixture
def api(_served: Live) -> Iterator[Live]:
    """The running server, as fresh as on its first day."""
    yield _served
    for path in ("faults", "broken", "requests", "tokens"):
        _served.control("DELETE", path)
    _served.control("POST", "filters", {"mode": None})
    _served.control("POST", "clock", {"now": _served.sandbox.until.isoformat()})
    _served.control("POST", "limits", {"reset": True})
    _served.control("POST", "unblock", {})
    _served.control("POST", "mail", {})
    _served.mails.clear()
