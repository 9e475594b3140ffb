"""Small stand-ins: a limiter that only counts, a token store in memory, a provider that answers from a list."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from voronka.connectors.base import TokenExchange, TokenPair
from voronka.domain.errors import AccessBlocked, NotAuthorised


class CountingLimiter:
    """Lets everything pass at once and counts."""

    def __init__(self) -> None:
        self.count = 0
        self.blocked: list[str] = []

    def acquire(self) -> None:
        self.count += 1

    def block(self, error: AccessBlocked) -> None:
        """Notes it and lets everything pass: what is asked after a block is to be seen."""
        self.blocked.append(error.message)


class MemoryTokenStore:
    """Keeps a pair behind a lock; ``exchanges`` counts how often it was renewed."""

    def __init__(self, pair: TokenPair | None = None) -> None:
        self._pair = pair
        self._lock = threading.Lock()
        self.exchanges = 0

    def current(self) -> TokenPair:
        if self._pair is None:
            raise NotAuthorised("There is no token pair.", remedy="run voronka connect.")
        return self._pair

    def install(self, pair: TokenPair) -> None:
        self._pair = pair

    def refresh(self, stale_access_token: str, exchange: TokenExchange) -> TokenPair:
        with self._lock:
            pair = self.current()
            if pair.access_token == stale_access_token:
                self.exchanges += 1
                self._pair = pair = exchange(pair.refresh_token)
            return pair


class SleepBook:
    """Sleeps not at all and writes down for how long it should have."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@dataclass(slots=True)
class Asked:
    """A request that a fake provider received."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(slots=True)
class Given:
    """What a fake provider answers; ``cut_at`` sends only so many bytes of what it promised."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    cut_at: int | None = None


@dataclass(slots=True)
class FakeProvider:
    """A real HTTP server whose answers a test decides."""

    url: str
    asked: list[Asked] = field(default_factory=list)


def _sent(raw: bytes) -> Any:
    """A body as JSON, else as form fields, None when empty."""
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        return dict(parse_qsl(raw.decode()))


@contextmanager
def fake_provider(answer: Callable[[Asked], Given]) -> Iterator[FakeProvider]:
    """Serve ``answer`` on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            parts = urlsplit(self.path)
            asked = Asked(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query)),
                dict(self.headers.items()),
                _sent(raw),
            )
            provider.asked.append(asked)
            given = answer(asked)
            content = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
            if given.status == 204:
                content = b""
            self.send_response(given.status)
            if content:
                self.send_header("Content-Type", given.kind)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content if given.cut_at is None else content[: given.cut_at])
            if given.cut_at is not None:
                self.close_connection = True

        do_GET = do_POST = _serve  # noqa: N815 -- the names that the base class looks for

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            return  # a client that gave up waiting is what some tests are about

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider = FakeProvider(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def in_turn(*answers: Given) -> Callable[[Asked], Given]:
    """Give these answers one after another, the last one for ever."""
    left = list(answers)

    def answer(_: Asked) -> Given:
        return left.pop(0) if len(left) > 1 else left[0]

    return answer
