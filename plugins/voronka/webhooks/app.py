"""The address that webhooks are sent to: ``POST /amocrm/<account>/<secret>``.

Whatever is not exactly that gets the same 404, so that nobody learns which accounts there are. The secret is compared
in constant time, and taken out of the request's path once it is answered, before a server's access log reads it.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Mapping
from hashlib import sha256

from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from voronka.webhooks.spool import Spool, SpoolFull

log = logging.getLogger(__name__)

PROVIDER = "amocrm"
LONGEST_BODY = 2 * 1024 * 1024
_NOBODY = sha256(b"nobody").digest()

Secrets = Callable[[], Mapping[str, str]]


def make_app(spool: Spool, secrets: Secrets, accepted: Callable[[], None]) -> ASGIApp:
    """The receiver.

    Args:
        secrets: account → secret, asked at every request, so that a new one is taken without a restart.
        accepted: called after a webhook was kept; must return at once.
    """

    async def receive_hook(request: Request) -> Response:
        account = request.path_params["account"]
        known = secrets().get(account)
        expected = sha256(known.encode()).digest() if known else _NOBODY
        given = sha256(request.path_params["secret"].encode()).digest()
        if not (hmac.compare_digest(given, expected) and known):
            return _nothing_here()
        body = await _body(request)
        if body is None:
            return PlainTextResponse("The body is too long.\n", 413)
        try:
            await to_thread.run_sync(spool.put, account, PROVIDER, body)
        except (SpoolFull, OSError) as error:
            # The sender tries again in five minutes.
            log.error(
                "A webhook of %s could not be kept (%s); check the disk.", account, type(error).__name__
            )
            return PlainTextResponse("Not taken, try again.\n", 503)
        accepted()
        return PlainTextResponse("ok\n")

    app = Starlette(
        routes=[Route(f"/{PROVIDER}/{{account}}/{{secret}}", receive_hook, methods=["POST"])],
        exception_handlers={404: _not_found, 405: _not_found},
    )
    return _WithoutSecret(app)


class _WithoutSecret:
    """Hides the path from whatever looks at the request after it was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inner = dict(scope)
        for name, hidden in (
            ("path", "/webhooks/***"),
            ("raw_path", b"/webhooks/***"),
            ("query_string", b""),
        ):
            if name in scope:
                scope[name] = hidden
        await self._app(inner, receive, send)


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is longer than any webhook."""
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > LONGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return _nothing_here()


def _nothing_here() -> Response:
    return PlainTextResponse("Not found\n", 404)
