"""What stands before every provider: the log, the limits and the faults."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.faults import Strike
from sandbox.state import Sandbox

POLL_SECONDS = 0.1
REASONS = {
    429: "Too Many Requests",
    403: "Forbidden",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}


def nginx_page(status: int) -> Response:
    """The bare page a proxy answers with, so that nobody may count on JSON."""
    title = f"{status} {REASONS[status]}"
    html = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return Response(html, status, media_type="text/html")


class CutResponse(Response):
    """Promises the whole body, sends a part of it and closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        whole = bytes(self.body)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": whole[: len(whole) // 2], "more_body": True})


async def hold(request: Request, seconds: float) -> None:
    """Keep the client waiting, but not longer than it waits."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not await request.is_disconnected():
        await asyncio.sleep(min(POLL_SECONDS, max(0.0, end - time.monotonic())))


def _cut(response: Response) -> Response:
    body = bytes(response.body)
    if len(body) < 2:
        return CutResponse('{"_page": 1, "_links": {"self"', 200, media_type="application/json")
    return CutResponse(body, response.status_code, media_type=response.media_type)


async def guarded(
    sandbox: Sandbox,
    request: Request,
    provider: str,
    account: str,
    *,
    fingerprint: str,
    respond: Callable[[], Response],
    refuse: Callable[[int], Response],
    limited: Callable[[], Response | None] | None = None,
) -> Response:
    """Let one request of an account through to its provider.

    Args:
        fingerprint: what makes a request the same as an earlier one.
        respond: the true answer.
        refuse: how this provider words a refusal with that status.
        limited: the provider's own limit; a response when the request is over it.
    """
    counters = sandbox.log.of(account, provider)
    counters.record(fingerprint, time.time())
    response = limited() if limited else None
    strike = None
    if response is None:
        strike = sandbox.faults.strike(provider, account)
        if strike:
            counters.faults[strike.kind] += 1
        response = await _struck(request, strike, respond, refuse)
    if response.status_code == 429 or (strike and strike.kind == "429"):
        counters.rate_limited += 1
    counters.statuses[response.status_code] += 1
    skew = sandbox.faults.skew_seconds(provider, account)
    response.headers["Date"] = formatdate(time.time() + skew, usegmt=True)
    return response


async def _struck(
    request: Request,
    strike: Strike | None,
    respond: Callable[[], Response],
    refuse: Callable[[int], Response],
) -> Response:
    if strike is None:
        return respond()
    if strike.kind.isdigit():
        return refuse(int(strike.kind))
    if strike.kind == "timeout":
        await hold(request, strike.hold_seconds)
        return respond()
    if strike.kind == "html":
        return Response(
            "<!doctype html><html><head><title>Технические работы</title></head>"
            "<body><h1>Ведутся технические работы</h1></body></html>",
            200,
            media_type="text/html",
        )
    return _cut(respond())
