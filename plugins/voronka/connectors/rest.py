"""What REST providers share: one credential in a header, and statuses that mean the same."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from voronka.connectors.http import AuthFlow, Judge, Reply, Request, Where, failure, judge_passing
from voronka.domain.errors import NotAuthorised, ShapeChanged, SourceError

NEW = "the API may have changed; report it with this message."


class HeaderToken:
    """The credential as ``Authorization: <scheme> <token>``; never in an address, where logs would keep it."""

    def __init__(self, scheme: str, token: str) -> None:
        self._header = f"{scheme} {token}"

    def flow(self, request: Request) -> AuthFlow:
        """Send the request with the credential."""
        yield request.with_headers(Authorization=self._header)


def judge_by_status(said: Callable[[Any], str], *, refused: str, forbidden: str) -> Judge:
    """A judge by status.

    Args:
        said: the provider's words out of the body.
        refused: what to do on 401.
        forbidden: what to do on 403.
    """

    def judge(reply: Reply, where: Where) -> SourceError | None:
        if error := judge_passing(reply, where):
            return error
        if reply.status == HTTPStatus.OK:
            return None
        words = said(reply.json()) if reply.is_json else reply.excerpt()
        told = f"({reply.status}: {words})"
        if reply.status == HTTPStatus.UNAUTHORIZED:
            return failure(NotAuthorised, f"the credential was refused {told}", where, refused)
        if reply.status == HTTPStatus.FORBIDDEN:
            return failure(NotAuthorised, f"the credential may not read this {told}", where, forbidden)
        return failure(ShapeChanged, f"the request was not taken {told}", where, NEW)

    return judge


def list_in(reply: Reply, where: Where, key: str | None = None) -> list[Any]:
    """The answer, or its field ``key``, as a list.

    Raises:
        ShapeChanged: it is none.
    """
    body = reply.json()
    found = body.get(key) if key and isinstance(body, dict) else body
    if not isinstance(found, list):
        named = f"{key} is" if key else "the answer is"
        raise failure(ShapeChanged, f"{named} {type(found).__name__}, expected a list", where, NEW)
    return found
