"""The tiny tenant behind real sockets, in a thread of the test process."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any

import requests

from sandbox.mail.store import MailStore
from sandbox.server import Ready, mail_app, provider_app, run
from sandbox.settings import ServerSettings
from sandbox.state import Sandbox
from sandbox.tests.tiny import UNTIL, tiny

SLUG = "sever"
START_SECONDS = 10


@dataclass
class Live:
    """A server in a thread; ``sandbox`` is its inside, ``url`` its outside."""

    settings: ServerSettings
    only_mail: bool = False
    sandbox: Sandbox = field(init=False)
    ready: Ready = field(init=False)

    def __enter__(self) -> Live:
        self.sandbox = Sandbox(self.settings, {SLUG: tiny(), "altai": tiny("altai", 31420002)})
        app = mail_app(self.sandbox.mails) if self.only_mail else provider_app(self.sandbox)
        started = threading.Event()

        def on_ready(server: Any, ready: Ready) -> None:
            self._server, self.ready = server, ready
            started.set()

        self._thread = threading.Thread(
            target=lambda: asyncio.run(run(app, self.sandbox.mails, self.settings, on_ready)), daemon=True
        )
        self._thread.start()
        assert started.wait(START_SECONDS), "the server did not start"
        self.http = requests.Session()
        self.http.trust_env = False
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(START_SECONDS)
        self.http.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ready.port}"

    @property
    def mails(self) -> MailStore:
        return self.sandbox.mails

    def crm(self, path: str, token: str = f"long-{SLUG}", **options: Any) -> requests.Response:
        """GET an address of the CRM's API."""
        headers = {"Authorization": f"Bearer {token}"}
        return self.http.get(
            f"{self.url}/amocrm/{SLUG}/api/v4/{path}", headers=headers, timeout=20, **options
        )

    def items(self, path: str, key: str) -> list[Any]:
        """The collection of one page of the CRM."""
        answer = self.crm(path)
        assert answer.status_code == 200, answer.text
        found: list[Any] = answer.json()["_embedded"][key]
        return found

    def token(self, **form: Any) -> requests.Response:
        usual = {
            "client_id": f"client-{SLUG}",
            "client_secret": f"secret-{SLUG}",
            "redirect_uri": "https://voronka.example/oauth",
        }
        return self.http.post(
            f"{self.url}/amocrm/{SLUG}/oauth2/access_token", json={**usual, **form}, timeout=20
        )

    def rpc(self, method: str, **params: Any) -> dict[str, Any]:
        call = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": method,
            "params": {"access_token": f"uis-key-{SLUG}", **params},
        }
        answer = self.http.post(f"{self.url}/uis/v2.0", json=call, timeout=20)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    def rank(self, method: str, **data: Any) -> dict[str, Any]:
        headers = {"User-Id": "31420001", "Authorization": f"Bearer topvisor-key-{SLUG}"}
        answer = self.http.post(
            f"{self.url}/topvisor/v2/json/{method}", json=data, headers=headers, timeout=20
        )
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    def control(self, method: str, path: str, data: Any = None) -> Any:
        answer = self.http.request(method, f"{self.url}/sandbox/{path}", json=data, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()


def live(**options: Any) -> Live:
    """A server over the tiny tenant on free ports; no rate limit unless asked for."""
    usual: dict[str, Any] = {"port": 0, "smtp_port": 0, "until": UNTIL, "rate_limit": 0}
    return Live(ServerSettings(**{**usual, **options}))
