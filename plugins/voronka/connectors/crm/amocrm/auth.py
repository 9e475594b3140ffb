"""How a request gets its Bearer token: as generators without I/O, so that renewing is testable without a network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from voronka.connectors.base import TokenExchange, TokenPair, TokenStore
from voronka.connectors.http import AuthFlow, Request
from voronka.connectors.masking import Mask

LEAST_LEFT = timedelta(minutes=5)
"""A token this near its end is renewed first: a request may wait for the limiter longer than the token lives."""
LEAST_SHARE_LEFT = 0.25
"""So is one with less of its life left, six hours of a day: a token endpoint that is out of order for a while stops
nobody."""


def wall_clock() -> datetime:
    """Real time, also while the product's day is frozen: credentials and servers know no other."""
    return datetime.now(UTC)


def is_due(pair: TokenPair, now: datetime) -> bool:
    """Whether a pair is to be renewed before it is used."""
    life = pair.expires_at - pair.refreshed_at
    return pair.expires_at - now <= max(LEAST_LEFT, life * LEAST_SHARE_LEFT)


class LongLivedToken:
    """A token that a person issued; nothing can be renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    def flow(self, request: Request) -> AuthFlow:
        """Send the request with the token."""
        yield _authorised(request, self._token)


class RotatingTokens:
    """OAuth pairs whose refresh token works once.

    The store refreshes under a lock and keeps the new pair before anybody uses it. Here is only the order of things:
    renew before the end; after a refusal look first whether another process has renewed, and renew only if not,
    because spending a refresh token twice loses the integration.
    """

    def __init__(
        self,
        store: TokenStore,
        exchange: TokenExchange,
        mask: Mask,
        now: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._store = store
        self._exchange = exchange
        self._mask = mask
        self._now = now

    def flow(self, request: Request) -> AuthFlow:
        """Send the request with a living token, at most three times."""
        pair = self._known(self._store.current())
        if is_due(pair, self._now()):
            pair = self._renewed(pair)
        reply = yield _authorised(request, pair.access_token)
        if reply.status != HTTPStatus.UNAUTHORIZED:
            return
        stored = self._known(self._store.current())
        if stored.access_token != pair.access_token:
            pair = stored
            reply = yield _authorised(request, pair.access_token)
            if reply.status != HTTPStatus.UNAUTHORIZED:
                return
        yield _authorised(request, self._renewed(pair).access_token)

    def _renewed(self, stale: TokenPair) -> TokenPair:
        return self._known(self._store.refresh(stale.access_token, self._exchange))

    def _known(self, pair: TokenPair) -> TokenPair:
        self._mask.add(pair.access_token)
        self._mask.add(pair.refresh_token)
        return pair


def _authorised(request: Request, token: str) -> Request:
    return request.with_headers(Authorization=f"Bearer {token}")
