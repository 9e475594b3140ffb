"""Signed requests of Mango Office, and reports that are asked for and fetched later."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from voronka.connectors.http import HttpClient, Reply, Request, Where, failure, judge_passing
from voronka.connectors.telephony.mango.signing import sign
from voronka.domain.errors import NotAuthorised, ShapeChanged, SourceError, SourceUnavailable

REFUSED = 420
MOST_POLLS = 120
MOST_ORDERS = 3
_BILLING, _KEY_CODES, _MISSING = range(2000, 3000), {3102, 3105}, range(3300, 3400)
_RENEW = "take the new key and salt of the API connector from the cabinet and set them in the environment."
_NEW = "the API may have changed; report it with this message."


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds between two orders of a report (the service allows one in 2 s), and between two looks for its result."""

    between_orders: float = 2.0
    between_looks: float = 5.0


class MangoClient:
    """Calls methods of one account.

    Args:
        http: a client whose judge is :func:`judge_mango`.
        now: seconds of a clock that only goes forward, for tests.
    """

    def __init__(
        self,
        http: HttpClient,
        key: str,
        salt: str,
        patience: Patience,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http, self._key, self._salt = http, key, salt
        self._patience, self._now = patience, now
        self._next_order = 0.0

    def call(self, path: str, data: Mapping[str, Any], where: Where) -> Reply:
        """The reply to one signed request.

        Raises:
            SourceError: of the kind the answer means.
        """
        text = orjson.dumps(data).decode()
        form = (("vpbx_api_key", self._key), ("sign", sign(self._key, text, self._salt)), ("json", text))
        return self._http.send(Request("POST", path, form=form), where)

    def json(self, path: str, data: Mapping[str, Any], where: Where) -> tuple[dict[str, Any], Reply]:
        """The object a request is answered with, and the reply it came in.

        Raises:
            SourceError: of the kind the answer means.
        """
        reply = self.call(path, data, where)
        return self._object(reply, path, where), reply

    def report(
        self,
        paths: tuple[str, str],
        order: Mapping[str, Any],
        where: Where,
        read: Callable[[Reply], Any | None],
    ) -> Any:
        """Order a report and look for it until it is there; one that expired meanwhile is ordered anew.

        Args:
            paths: where it is ordered and where it is fetched.
            read: the report out of a good reply; None while it is being made.

        Raises:
            SourceUnavailable: it never came.
            SourceError: of the kind the answer means.
        """
        ask, fetch = paths
        for _ in range(MOST_ORDERS):
            self._wait_for_order()
            key = self._object(self.call(ask, order, where), ask, where).get("key")
            if not isinstance(key, str) or not key:
                raise failure(ShapeChanged, f"{ask} answered without a key", where, _NEW)
            for _ in range(MOST_POLLS):
                reply = self.call(fetch, {"key": key}, where)
                if reply.status == HTTPStatus.NOT_FOUND:
                    break
                found = None if reply.status == HTTPStatus.NO_CONTENT else read(reply)
                if found is not None:
                    return found
                self._http.sleep(self._patience.between_looks)
        raise failure(
            SourceUnavailable,
            f"the report did not come ({ask})",
            where,
            "nothing for now, the load is tried again by itself; a shorter window is answered sooner.",
        )

    def object_of(self, reply: Reply, where: Where) -> dict[str, Any]:
        """The object in a reply.

        Raises:
            ShapeChanged: it is none.
        """
        return self._object(reply, "the report", where)

    def _wait_for_order(self) -> None:
        pause = self._next_order - self._now()
        if pause > 0:
            self._http.sleep(pause)
        self._next_order = self._now() + self._patience.between_orders

    @staticmethod
    def _object(reply: Reply, what: str, where: Where) -> dict[str, Any]:
        try:
            body = reply.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise failure(ShapeChanged, f"{what} answered with no object ({reply.excerpt(60)})", where, _NEW)
        return body


def judge_mango(reply: Reply, where: Where) -> SourceError | None:
    """What an answer means; a good one is JSON, CSV text or nothing (not ready), 404 is left to the caller."""
    if reply.status == REFUSED:
        return _judge_refusal(reply, where)
    if reply.status == HTTPStatus.OK:
        return _judge_good(reply, where)
    if reply.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND):
        return None
    return judge_passing(reply, where) or _judge_status(reply.status, where)


def _judge_status(status: int, where: Where) -> SourceError:
    if status == HTTPStatus.UNAUTHORIZED:
        return failure(NotAuthorised, "the key or the signature was refused (401)", where, _RENEW)
    if status == HTTPStatus.FORBIDDEN:
        return failure(
            NotAuthorised,
            "this machine's address was refused (403)",
            where,
            "add this machine's address to the allowed ones of the API connector in the cabinet.",
        )
    return failure(ShapeChanged, f"the provider did not take the request ({status})", where, _NEW)


def _judge_good(reply: Reply, where: Where) -> SourceError | None:
    """The kind of content is not documented, so a page of a proxy is known by how it begins."""
    is_page = reply.content.lstrip()[:1] == b"<"
    if is_page or (reply.content.lstrip()[:1] == b"{" and not _parses(reply)):
        return judge_passing(Reply(reply.status, {}, reply.content), where)
    return None


def _parses(reply: Reply) -> bool:
    try:
        reply.json()
    except ValueError:
        return False
    return True


def _judge_refusal(reply: Reply, where: Where) -> SourceError:
    try:
        body = reply.json()
    except ValueError:
        body = None
    code = body.get("code") if isinstance(body, dict) else None
    said = f"code {code}"
    if not isinstance(code, int):
        return failure(ShapeChanged, "the request was refused without a code (420)", where, _NEW)
    if code in _KEY_CODES:
        return failure(NotAuthorised, f"the key or the signature was refused ({said})", where, _RENEW)
    if code in _BILLING:
        return failure(
            NotAuthorised,
            f"the account is not paid or lacks the service ({said})",
            where,
            "pay or switch on the service in the cabinet.",
        )
    if code in _MISSING:
        return failure(
            ShapeChanged, f"what was asked for is not there ({said})", where, "look for it in the cabinet."
        )
    return failure(ShapeChanged, f"the request was not taken ({said})", where, _NEW)
