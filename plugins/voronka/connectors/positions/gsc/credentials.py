"""The two credentials of Google: an access token that somebody else renews, or a service account that signs for itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import jwt

from voronka.connectors.http import AuthFlow, HttpClient, Reply, Request, Where, failure, judge_passing
from voronka.domain.errors import ConfigurationError, NotAuthorised, RateLimited, ShapeChanged, SourceError

SCOPE = "https://www.googleapis.com/auth/webmasters.readonly"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"
LIFETIME, SPARE = timedelta(hours=1), timedelta(minutes=5)
QUOTA_SECONDS = 900.0
"""Google asks for fifteen minutes of patience when a quota is spent."""
QUOTA_REASONS = {"quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded"}


class ServiceAccount:
    """Signs an assertion with the account's key and trades it for an access token, which it keeps until it is old.

    Args:
        key_file: the JSON key as Google gives it, as text.

    Raises:
        ConfigurationError: it is not such a key.
    """

    def __init__(self, key_file: str, http: HttpClient, where: Where, variable: str) -> None:
        try:
            content = json.loads(key_file)
            self._email, self._key = str(content["client_email"]), str(content["private_key"])
        except (ValueError, KeyError, TypeError):
            raise ConfigurationError(
                f"{variable} is no key of a Google service account.",
                remedy="paste the whole JSON file of the key, with client_email and private_key.",
            ) from None
        self._http = http
        self._where = where
        self._token, self._until = "", datetime.min.replace(tzinfo=UTC)

    def flow(self, request: Request) -> AuthFlow:
        """Send the request with a token that is still good."""
        yield request.with_headers(Authorization=f"Bearer {self._current()}")

    def _current(self) -> str:
        now = datetime.now(UTC)
        if now + SPARE >= self._until:
            claims = {"iss": self._email, "scope": SCOPE, "aud": AUDIENCE, "iat": now, "exp": now + LIFETIME}
            try:
                signed = jwt.encode(claims, self._key, algorithm="RS256")
            except (ValueError, TypeError, jwt.PyJWTError):
                raise failure(
                    NotAuthorised, "the service account's private key cannot be read", self._where,
                    "make a new JSON key of the service account and set it.",
                ) from None  # fmt: skip
            form = (("grant_type", GRANT), ("assertion", signed))
            answer = self._http.send(Request("POST", "/token", form=form), self._where).json()
            if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
                raise failure(ShapeChanged, "the answer has no access_token", self._where, "report it.")
            self._token = answer["access_token"]
            self._until = now + timedelta(seconds=int(answer.get("expires_in", 3600)))
        return self._token


def judge_google(reply: Reply, where: Where) -> SourceError | None:
    """What an answer of Google means; a spent quota comes as 403 or 429."""
    error = _error(reply)
    reasons = {str(row.get("reason")) for row in error.get("errors") or () if isinstance(row, dict)}
    said = f"({reply.status}: {error.get('message', 'no reason given')})"
    if reply.status == HTTPStatus.FORBIDDEN and reasons & QUOTA_REASONS:
        remedy = "nothing for now, the load is tried again; if it lasts, ask Google for a greater quota."
        return failure(RateLimited, f"the quota is spent {said}", where, remedy, QUOTA_SECONDS)
    passing = judge_passing(reply, where)
    if passing or reply.status == HTTPStatus.OK:
        return passing
    return _refusal(reply.status, error, said, where)


def _refusal(status: int, error: dict[str, Any], said: str, where: Where) -> SourceError:
    """What a refusal that does not pass by itself means."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.BAD_REQUEST) and "grant" in str(error) + said:
        remedy = "make a new JSON key of the service account; see that this machine's clock is right."
        return failure(NotAuthorised, f"the service account was refused {said}", where, remedy)
    if status == HTTPStatus.UNAUTHORIZED:
        remedy = "take a new access token, or better set a service account's key (SERVICE_ACCOUNT)."
        return failure(NotAuthorised, f"the token was refused {said}", where, remedy)
    if status == HTTPStatus.FORBIDDEN:
        remedy = "add the credential's e-mail address as a user of the property in Search Console."
        return failure(NotAuthorised, f"the property may not be read {said}", where, remedy)
    return failure(ShapeChanged, f"the request was not taken {said}", where, "report it with this message.")


def _error(reply: Reply) -> dict[str, Any]:
    body = reply.json() if reply.is_json else None
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {"message": str(error)} if error else {}
