"""A real sandbox in a process of its own, and its switches as methods.

``sandbox`` is one small world for the whole session: 2 accounts (``sever``, ``altai``) of 300 leads and 900 calls over
4 months until 2026-11-01, no rate limit, paid filters on. What a test switches on (faults, broken records, filters,
clock, limits, refused mail) is switched off after it. ``sandbox_factory`` starts others with their own options.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
STOP_SECONDS = 10
UNTIL = "2026-11-01T00:00:00+00:00"
SMALL = {
    "leads": 300,
    "calls": 900,
    "projects": 2,
    "keywords": 10,
    "position-days": 40,
    "months": 4,
    "accounts": 2,
    "until": UNTIL,
    "rate-limit": 0,
    "filters": "paid",
}


class SandboxProcess:
    """A running ``voronka-sandbox serve``.

    Attributes:
        url: where it answers, without a closing slash.
        smtp_port: where it catches mail.
        as_of: the end of its simulated past, aware UTC.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        words = [text for name, value in options.items() for text in _words(name, value)]
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "serve", "--port", "0", "--smtp-port", "0", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        ready = self._wait_until_ready()
        self.url = f"http://127.0.0.1:{ready['port']}"
        self.smtp_port: int = ready["smtp_port"]
        self._http = requests.Session()
        self._http.trust_env = False
        self._is_touched = False
        self.as_of = datetime.fromisoformat(self._call("GET", "/sandbox/clock")["until"])

    def _wait_until_ready(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        killer = threading.Timer(START_SECONDS, self._process.kill)
        killer.start()
        line = self._process.stdout.readline()
        killer.cancel()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise RuntimeError(f"the sandbox did not start:\n{self._errors.read().decode()[-2000:]}")
        ready: dict[str, Any] = json.loads(line)
        return ready

    def _call(self, method: str, path: str, data: Any = None, **params: str | None) -> Any:
        answer = self._http.request(method, self.url + path, json=data, params=params, timeout=30)
        if answer.status_code >= 400:
            raise ValueError(f"{method} {path}: {answer.text}")
        return answer.json() if answer.content else None

    def _switch(self, path: str, data: dict[str, Any]) -> Any:
        self._is_touched = True
        return self._call("POST", path, data)

    def truth(self, account: str = "sever") -> dict[str, Any]:
        """What the simulation knows of the account at the sandbox's now."""
        answer: dict[str, Any] = self._call("GET", "/sandbox/truth", account=account)
        return answer

    def fault(self, kind: str, **options: Any) -> dict[str, Any]:
        """Order trouble: ``provider``, ``account``, ``rate``, ``count``, ``seconds``, ``burst``."""
        answer: dict[str, Any] = self._switch("/sandbox/faults", {"kind": kind, **options})
        return answer

    def broken(self, account: str = "sever", kinds: list[str] | None = None) -> None:
        """Add malformed extra records; all kinds when none is named."""
        self._switch("/sandbox/broken", {"account": account, "kinds": kinds})

    def clock(self, now: datetime | str) -> None:
        """Show the world as it was at ``now``."""
        self._switch("/sandbox/clock", {"now": now if isinstance(now, str) else now.isoformat()})

    def filters(self, mode: str, account: str | None = None) -> None:
        """``paid`` or ``ignored``."""
        self._switch("/sandbox/filters", {"mode": mode, "account": account})

    def limits(self, **options: Any) -> None:
        """``per_second``, ``block_after``, ``body`` (text, json), ``uis_per_minute``."""
        self._switch("/sandbox/limits", options)

    def exchanges(self, account: str, *exchanges: str) -> None:
        """Deal the account's calls out among these exchanges; one that is not named shows all of them."""
        self._switch("/sandbox/exchanges", {"account": account, "exchanges": exchanges})

    def mango(self, *, offset_hours: int) -> None:
        """By how many hours the stamps of Mango's basic statistics run ahead of UTC."""
        self._switch("/sandbox/mango", {"offset_hours": offset_hours})

    def refuse_mail(self, **options: Any) -> None:
        """``reject`` (4xx, 5xx), ``recipients``, ``delay_seconds``."""
        self._switch("/sandbox/mail", options)

    def tokens(self, account: str = "sever", **options: Any) -> None:
        """``lifetime_seconds`` of new access tokens, ``revoke`` (access, all, long)."""
        self._call("POST", "/sandbox/tokens", {"account": account, **options})

    def reset_tokens(self, account: str | None = None) -> None:
        """Nothing issued, all codes unspent; of one account or of all."""
        self._call("DELETE", "/sandbox/tokens", account=account)

    def unblock(self, account: str | None = None) -> None:
        self._call("POST", "/sandbox/unblock", {"account": account})

    def requests(self, account: str = "sever", provider: str = "amocrm") -> dict[str, Any]:
        """Counters of the requests since :meth:`forget_requests`; empty when there was none."""
        rows: list[dict[str, Any]] = self._call(
            "GET", "/sandbox/requests", account=account, provider=provider
        )
        return rows[0] if rows else {}

    def forget_requests(self) -> None:
        self._call("DELETE", "/sandbox/requests")

    def mails(self) -> list[dict[str, Any]]:
        """Caught letters with their text and HTML, newest first."""
        letters = self._call("GET", "/mailbox/api/messages")
        return [self._call("GET", f"/mailbox/api/messages/{letter['id']}") for letter in letters]

    def clear_mails(self) -> None:
        self._call("DELETE", "/mailbox/api/messages")

    def clear(self) -> None:
        """Switch off whatever was switched on: faults, broken records, filters, clock, limits, refused mail."""
        self._call("DELETE", "/sandbox/faults")
        self._call("DELETE", "/sandbox/broken")
        self._call("POST", "/sandbox/filters", {"mode": None})
        self._call("POST", "/sandbox/clock", {"now": self.as_of.isoformat()})
        self._call("POST", "/sandbox/limits", {"reset": True})
        self._call("POST", "/sandbox/mail", {})
        self._call("POST", "/sandbox/mango", {})
        self._call("DELETE", "/sandbox/exchanges")
        self._call("POST", "/sandbox/unblock", {})
        self._is_touched = False

    def clear_if_touched(self) -> None:
        if self._is_touched and self.is_running:
            self.clear()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """End it in order; returns its exit code."""
        if self.is_running:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(STOP_SECONDS)
        self._http.close()
        self._errors.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code


def _words(name: str, value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [word for one in values for word in (f"--{name.replace('_', '-')}", str(one))]


_running: list[SandboxProcess] = []


@pytest.fixture(scope="session")
def sandbox_factory() -> Iterator[Callable[..., SandboxProcess]]:
    """Start a sandbox: the small world, changed by options (``leads=50, state=folder, rate_limit=7``)."""

    def start(**options: Any) -> SandboxProcess:
        changed = {name.replace("_", "-"): value for name, value in options.items()}
        process = SandboxProcess({**SMALL, **changed})
        _running.append(process)
        return process

    yield start
    for process in _running:
        if process.is_running:
            process.stop()
    _running.clear()


@pytest.fixture(scope="session")
def sandbox(sandbox_factory: Callable[..., SandboxProcess]) -> SandboxProcess:
    """The small world, one for the whole session."""
    return sandbox_factory()


@pytest.fixture(autouse=True)
def _sandbox_at_rest() -> Iterator[None]:
    """After every test, switch off what it switched on in a sandbox."""
    yield
    for process in _running:
        process.clear_if_touched()
