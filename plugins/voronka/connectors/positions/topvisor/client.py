"""Asks Topvisor: one POST per question, paging by ``nextOffset``, errors inside answers of status 200."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from voronka.connectors.http import AuthFlow, HttpClient, Reply, Request, Where, failure, judge_passing
from voronka.domain.errors import (
    AccessBlocked,
    NotAuthorised,
    RateLimited,
    ShapeChanged,
    SourceError,
    SourceUnavailable,
)

AuthForm = Literal["two_headers", "single"]
API = "/v2/json"
DEFAULT_LIMIT, MOST_LIMIT = 1000, 10_000
_TOO_MANY, _MAINTENANCE, _INTERNAL = 429, 503, 10_001
_NO_LOGIN, _NO_ACCESS = (53, 401), (54, 403)
_NEW = "the API may have changed; report it with this message."
_RENEW = "issue a new API key in Topvisor (Account, Settings, API) and set ACCESS_TOKEN and USER_ID in the environment."


@dataclass(frozen=True, slots=True)
class Answer:
    """``result`` of one page, ``total`` where it is told, and the reply it came in."""

    result: Any
    total: int | None
    reply: Reply


class TopvisorAuth:
    """The credential as two headers, or as one (``auth_form: single``), as the newest description writes it."""

    def __init__(self, user_id: str, access_token: str, form: AuthForm = "two_headers") -> None:
        self._headers = (
            {"Authorization": f"Bearer {user_id}:{access_token}"}
            if form == "single"
            else {"Authorization": f"Bearer {access_token}", "User_Id": user_id}
        )

    def flow(self, request: Request) -> AuthFlow:
        """Send the request with the credential."""
        yield request.with_headers(**self._headers)


class TopvisorClient:
    """Questions of one account.

    Args:
        http: a client whose judge is :func:`judge_topvisor`.
    """

    def __init__(self, http: HttpClient, auth: TopvisorAuth, page_size: int | None = None) -> None:
        self._http = http
        self._auth = auth
        self._limit = min(page_size or DEFAULT_LIMIT, MOST_LIMIT)

    def pages(self, method: str, body: Mapping[str, Any], where: Where) -> Iterator[Answer]:
        """Every page of a ``get`` method, from the first.

        Raises:
            SourceError: of the kind the answer means.
        """
        offset, number = 0, 1
        while True:
            asked = {**body, "limit": self._limit, "offset": offset}
            reply = self._http.send(
                Request("POST", f"{API}/get/{method}", body=asked), where.on(number), self._auth
            )
            envelope = reply.json()
            total = envelope.get("total")
            yield Answer(envelope.get("result"), total if isinstance(total, int) else None, reply)
            following = envelope.get("nextOffset")
            if following is None:
                return
            if not isinstance(following, int) or following <= offset:
                raise failure(
                    ShapeChanged, f"nextOffset is {following!r} after {offset}", where.on(number), _NEW
                )
            offset, number = following, number + 1


def rows_of(answer: Answer, where: Where) -> list[Any]:
    """The answer's result as a list.

    Raises:
        ShapeChanged: it is none.
    """
    if not isinstance(answer.result, list):
        raise failure(ShapeChanged, f"result is {type(answer.result).__name__}, expected a list", where, _NEW)
    return answer.result


def judge_topvisor(reply: Reply, where: Where) -> SourceError | None:
    """What an answer means: HTTP first, then ``errors`` of a 200."""
    if error := judge_passing(reply, where):
        return error
    if reply.status == HTTPStatus.FORBIDDEN and not reply.is_json:
        return failure(
            AccessBlocked,
            "Topvisor blocks this machine's address (403 without JSON)",
            where,
            "stop the loads and write to Topvisor's support with the address of this machine.",
        )
    body = reply.json() if reply.is_json else None
    errors = body.get("errors") if isinstance(body, dict) else None
    if errors:
        first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
        return _judge_code(first.get("code"), f"{first.get('code')}: {first.get('string')}", where)
    if reply.status == HTTPStatus.OK and isinstance(body, dict):
        return None
    return _judge_code(reply.status, f"HTTP {reply.status}", where)


def _judge_code(code: Any, said: str, where: Where) -> SourceError:
    if code == _TOO_MANY:
        return failure(
            RateLimited, f"too many requests at once ({said})", where, "lower rate_per_second of this source."
        )
    if code in (_MAINTENANCE, _INTERNAL):
        return failure(SourceUnavailable, f"Topvisor failed ({said})", where, "nothing for now.")
    if code in _NO_LOGIN:
        return failure(NotAuthorised, f"the key was refused ({said})", where, _RENEW)
    if code in _NO_ACCESS:
        remedy = "give the key's user access to the project in Topvisor."
        return failure(NotAuthorised, f"the key may not read this ({said})", where, remedy)
    return failure(ShapeChanged, f"the request was not taken ({said})", where, _NEW)
