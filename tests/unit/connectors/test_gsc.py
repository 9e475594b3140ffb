"""Search Console: the service account's assertion, a spent quota, absent rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.doubles import Asked, CountingLimiter, Given, SleepBook, fake_provider
from voronka.config import Account, Source
from voronka.connectors import build
from voronka.domain.errors import ConfigurationError, RateLimited
from voronka.domain.windows import Window

DAY = Window(datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 1, 12, tzinfo=UTC))
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


def connector(url: str, credential: str = "service_account") -> Any:
    source = Source(provider="gsc", base_url=url, options={"credential": credential})
    account = Account(id="north", name="North", crm=Source(provider="amocrm", base_url="http://127.0.0.1:9"))
    return build(account, "positions", source, CountingLimiter(), sleep=SleepBook())


def test_a_service_account_signs_once_for_many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    key = {"client_email": "robot@project.example", "private_key": PEM}
    monkeypatch.setenv("VORONKA_NORTH_GSC_SERVICE_ACCOUNT", json.dumps(key))
    asked: list[Asked] = []

    def answer(request: Asked) -> Given:
        asked.append(request)
        if request.path == "/token":
            return Given(body={"access_token": "fresh", "expires_in": 3600})
        return Given(body={})

    with fake_provider(answer) as server:
        made = connector(server.url)
        assert [page.records for page in made.pages("sites", DAY)] == [[]]
        assert list(made.pages("performance", DAY)) == []
    assert [request.path for request in asked].count("/token") == 1
    assert asked[1].headers["Authorization"] == "Bearer fresh"


def test_the_assertion_names_account_scope_and_audience(monkeypatch: pytest.MonkeyPatch) -> None:
    from voronka.connectors.positions.gsc import credentials

    sent: list[Any] = []

    class Http:
        def send(self, request: Any, where: Any) -> Any:
            sent.append(request)
            return type("Reply", (), {"json": lambda self: {"access_token": "fresh"}})()

    account = credentials.ServiceAccount(
        json.dumps({"client_email": "robot@project.example", "private_key": PEM}),
        Http(),
        None,
        "KEY",  # type: ignore[arg-type]
    )
    next(account.flow(credentials.Request("GET", "/x")))
    claims = jwt.decode(
        dict(sent[0].form or ())["assertion"],
        KEY.public_key(),
        algorithms=["RS256"],
        audience=credentials.AUDIENCE,
    )
    assert (claims["iss"], claims["scope"]) == ("robot@project.example", credentials.SCOPE)
    assert claims["exp"] - claims["iat"] == 3600


def test_a_spent_quota_waits_fifteen_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_NORTH_GSC_ACCESS_TOKEN", "x1234")
    error = {"code": 403, "message": "Quota exceeded", "errors": [{"reason": "quotaExceeded"}]}
    refused = Given(403, body={"error": error})
    with fake_provider(lambda _asked: refused) as server, pytest.raises(RateLimited) as caught:
        list(connector(server.url, "access_token").pages("sites", DAY))
    assert caught.value.retry_after_seconds == 900


def test_what_is_no_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_NORTH_GSC_SERVICE_ACCOUNT", "robot")
    with pytest.raises(ConfigurationError, match="VORONKA_NORTH_GSC_SERVICE_ACCOUNT"):
        connector("http://127.0.0.1:9")
