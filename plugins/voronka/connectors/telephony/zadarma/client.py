"""Zadarma over HTTP: signed requests, its limits kept, its errors named."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

from voronka.connectors.http import (
    LONGEST_WAIT_SECONDS,
    HttpClient,
    Reply,
    Request,
    Where,
    failure,
    judge_passing,
)
from voronka.connectors.telephony.zadarma.signature import query_of, sign_request
from voronka.domain.errors import (
    AccessBlocked,
    FeatureUnavailable,
    NotAuthorised,
    ShapeChanged,
    SourceError,
)

_RENEW = "issue a new key and secret in the cabinet (Settings, API) and set both in the environment."
_NEW = "the API may have changed; report it with this message."


class ZadarmaClient:
    """Asks one account.

    Args:
        http: a client whose judge is :func:`judge_zadarma`.
        now: seconds since the epoch, for tests.
    """

    def __init__(self, http: HttpClient, key: str, secret: str, now: Callable[[], float] = time.time) -> None:
        self._http = http
        self._key = key
        self._secret = secret
        self._now = now
        self._pause: float | None = None

    def get(self, path: str, parameters: Mapping[str, str], where: Where) -> Reply:
        """The good answer of ``path`` (with both slashes).

        Raises:
            SourceError: of the kind the answer means.
        """
        if self._pause is not None:
            self._http.sleep(min(self._pause, LONGEST_WAIT_SECONDS))
        query = query_of(parameters)
        headers = {"Authorization": f"{self._key}:{sign_request(path, query, self._secret)}"}
        reply = self._http.send(Request("GET", path, query=query, headers=headers), where)
        self._pause = self._until_reset(reply)
        return reply

    def _until_reset(self, reply: Reply) -> float | None:
        """Seconds to wait when the minute is used up. The reset comes as a moment or as a span: both are read."""
        if reply.headers.get("X-RateLimit-Remaining") != "0":
            return None
        reset = reply.headers.get("X-RateLimit-Reset", "")
        if not reset.isdigit():
            return 60.0
        return max(0.0, float(reset) - self._now()) if len(reset) > len("86400") else float(reset)


def judge_zadarma(reply: Reply, where: Where) -> SourceError | None:
    """What an answer means: HTTP first, then ``status`` of a 200."""
    if error := judge_passing(reply, where):
        return error
    if reply.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        if reply.status == HTTPStatus.FORBIDDEN and not reply.is_json:
            return failure(
                AccessBlocked,
                "the provider blocks this machine's address (403 without JSON)",
                where,
                "stop the loads and write to the provider's support with the address of this machine.",
            )
        return failure(NotAuthorised, f"the key was refused ({reply.status})", where, _RENEW)
    if reply.status == HTTPStatus.NOT_FOUND:
        return failure(
            FeatureUnavailable,
            "the account has not got this (404)",
            where,
            "switch the PBX on in the cabinet.",
        )
    body = reply.json() if reply.is_json else None
    if not isinstance(body, dict) or reply.status != HTTPStatus.OK or body.get("status") != "success":
        said = body.get("message") if isinstance(body, dict) else None
        return failure(
            ShapeChanged, f"the provider did not take the request ({reply.status}: {said})", where, _NEW
        )
    return None
