"""Where a person consents, and that a pair nobody used is renewed before it dies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.fernet import Fernet

from tests.support.postgres import Warehouse
from voronka.config import Settings
from voronka.connectors.base import TokenPair
from voronka.domain.errors import ConfigurationError
from voronka.flows import connect
from voronka.loading import PostgresTokenStore

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def settings(base_url: str = "https://sever.amocrm.ru", auth: str = "oauth") -> Settings:
    crm = {"provider": "amocrm", "base_url": base_url, "auth": auth}
    return Settings.model_validate({"accounts": [{"id": "sever", "name": "Север", "crm": crm}]})


@pytest.mark.parametrize(
    ("base_url", "page"),
    [
        ("https://sever.amocrm.ru", "https://www.amocrm.ru/oauth"),
        ("https://sever.kommo.com", "https://www.kommo.com/oauth"),
        ("https://sever.amocrm.com", "https://www.kommo.com/oauth"),
        ("https://kommo.com.evil.example", "https://www.amocrm.ru/oauth"),
    ],
)
def test_consent_is_asked_where_the_account_lives(
    base_url: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VORONKA_SEVER_AMOCRM_CLIENT_ID", "a&b")
    address, state = connect.consent(settings(base_url), "sever")
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == page
    assert dict(parse_qsl(parts.query)) == {"client_id": "a&b", "state": state}
    assert len(state) >= 20
    assert connect.consent(settings(base_url), "sever")[1] != state


def test_a_long_lived_token_asks_for_no_consent() -> None:
    with pytest.raises(ConfigurationError, match="long-lived token"):
        connect.consent(settings(auth="token"), "sever")
    assert not connect.keep_alive(settings(auth="token"), "sever")


@pytest.mark.parametrize(
    ("age", "renewed"), [(timedelta(days=6), True), (timedelta(days=5, hours=23), False)]
)
def test_a_pair_of_six_days_is_renewed(
    age: timedelta, renewed: bool, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VORONKA_ENCRYPTION_KEY", Fernet.generate_key().decode())
    monkeypatch.setattr(connect, "wall_clock", lambda: NOW)
    fresh = TokenPair("access-2", "refresh-2", NOW + timedelta(days=1), NOW)
    spent: list[str] = []

    def exchange(making: Any) -> Any:
        def of(refresh_token: str) -> TokenPair:
            spent.append(refresh_token)
            return fresh

        return of

    monkeypatch.setattr(connect, "refresh_pair", exchange)
    store = PostgresTokenStore("sever", "amocrm")
    store.install(TokenPair("access-1", "refresh-1", NOW - age + timedelta(days=1), NOW - age))
    assert connect.keep_alive(settings(), "sever") is renewed
    assert spent == (["refresh-1"] if renewed else [])
    assert (store.current() == fresh) is renewed
