"""The token endpoint: a one-time code or a refresh token against a new pair."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from voronka.connectors.base import TokenPair
from voronka.connectors.crm.amocrm.auth import wall_clock
from voronka.connectors.crm.amocrm.judge import blocked
from voronka.connectors.http import HttpClient, Reply, Request, Where, failure, judge_passing
from voronka.domain.errors import NotAuthorised, ShapeChanged, SourceError

PATH = "/oauth2/access_token"


class TokenEndpoint:
    """Exchanges codes and refresh tokens of one integration.

    Args:
        http: a client of the account whose judge is :func:`judge_exchange`.
        redirect_uri: exactly the one of the integration's settings.
    """

    def __init__(
        self,
        http: HttpClient,
        *,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        now: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._http = http
        self._identity = {
            "client_id": client_id,
            "client_secret": client_secret,
            "redirect_uri": redirect_uri,
        }
        self._now = now
        http.mask.add(client_secret)

    def exchange_code(self, code: str) -> TokenPair:
        """The first pair, for a code that is at most 20 minutes old.

        Raises:
            NotAuthorised: the code is spent, old, or of another integration.
        """
        return self._exchange({"grant_type": "authorization_code", "code": code}, code)

    def refresh(self, refresh_token: str) -> TokenPair:
        """A new pair; the given refresh token is dead afterwards.

        Raises:
            NotAuthorised: it was spent or revoked, or is older than three months; consent is needed again.
        """
        return self._exchange({"grant_type": "refresh_token", "refresh_token": refresh_token}, refresh_token)

    def _exchange(self, grant: dict[str, str], spent: str) -> TokenPair:
        self._http.mask.add(spent)
        where = Where(self._http.account_id, self._http.provider, "token exchange")
        asked_at = self._now()
        reply = self._http.send(Request("POST", PATH, body={**self._identity, **grant}), where)
        return _pair(reply.json(), asked_at, where)


def _pair(body: Any, asked_at: datetime, where: Where) -> TokenPair:
    access = body.get("access_token") if isinstance(body, dict) else None
    refresh = body.get("refresh_token") if isinstance(body, dict) else None
    seconds = body.get("expires_in") if isinstance(body, dict) else None
    if not (isinstance(access, str) and isinstance(refresh, str) and isinstance(seconds, int)):
        raise failure(
            ShapeChanged,
            "the token endpoint's answer lacks access_token, refresh_token or expires_in",
            where,
            "check that base_url is the account's own address.",
        )
    return TokenPair(access, refresh, asked_at + timedelta(seconds=seconds), asked_at)


def judge_exchange(reply: Reply, where: Where) -> SourceError | None:
    """What the token endpoint's answer means."""
    if error := judge_passing(reply, where):
        return error
    if reply.status == HTTPStatus.OK:
        return None
    if reply.status == HTTPStatus.FORBIDDEN and not reply.is_json:
        return blocked(where)
    body = reply.json() if reply.is_json else {}
    said = (body.get("hint") or body.get("detail") or body.get("title")) if isinstance(body, dict) else None
    return failure(
        NotAuthorised,
        f"the token exchange was refused ({reply.status}: {said or 'no reason given'})",
        where,
        "take a new code from the integration's card in amoCRM (it lives 20 minutes) and give it to "
        f"voronka connect {where.account_id}; check CLIENT_ID, CLIENT_SECRET and redirect_uri too.",
    )
