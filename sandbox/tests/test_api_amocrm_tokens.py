"""OAuth of the CRM: single use, rotation, expiry, revocation, restart."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import jwt
import pytest

from sandbox.tests.serving import Live, live


def _pair(server: Live, code: str = "code-sever") -> dict[str, Any]:
    answer = server.token(grant_type="authorization_code", code=code)
    assert answer.status_code == 200, answer.text
    pair: dict[str, Any] = answer.json()
    return pair


def test_a_code_gives_a_pair_that_opens_the_api(api: Live) -> None:
    pair = _pair(api)
    assert pair["token_type"] == "Bearer"
    assert pair["expires_in"] == 86400
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    assert claims["account_id"] == 31420001
    assert claims["api_domain"] == api.url.removeprefix("http://")
    assert claims["exp"] == claims["iat"] + 86400
    assert api.crm("account", token=pair["access_token"]).status_code == 200


@pytest.mark.parametrize("code", ["code-sever", "code-sever-second"])
def test_a_code_works_once(api: Live, code: str) -> None:
    _pair(api, code)
    assert api.token(grant_type="authorization_code", code=code).status_code == 400


def test_a_refresh_token_works_once_and_the_new_one_after_it(api: Live) -> None:
    first = _pair(api)
    second = api.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert second.status_code == 200
    again = api.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert again.status_code == 401
    assert again.json() == {
        "hint": "Token has been revoked",
        "title": "Некорректный запрос",
        "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson",
        "status": 401,
        "detail": "В запросе отсутствует ряд параметров или параметры невалидны",
    }
    third = api.token(grant_type="refresh_token", refresh_token=second.json()["refresh_token"])
    assert third.status_code == 200
    (row,) = api.control("GET", "requests?account=sever&provider=amocrm")
    assert row["refresh_exchanges"] == 2


def test_access_tokens_expire(api: Live) -> None:
    api.control("POST", "tokens", {"account": "sever", "lifetime_seconds": 1})
    pair = _pair(api)
    assert api.crm("account", token=pair["access_token"]).status_code == 200
    time.sleep(1.1)
    answer = api.crm("account", token=pair["access_token"])
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


def test_revoked_access_leaves_the_refresh_token_and_all_leaves_nothing(api: Live) -> None:
    pair = _pair(api)
    api.control("POST", "tokens", {"account": "sever", "revoke": "access"})
    assert api.crm("account", token=pair["access_token"]).status_code == 401
    fresh = api.token(grant_type="refresh_token", refresh_token=pair["refresh_token"]).json()
    assert api.crm("account", token=fresh["access_token"]).status_code == 200
    api.control("POST", "tokens", {"account": "sever", "revoke": "all"})
    assert api.crm("account", token=fresh["access_token"]).status_code == 401
    assert api.token(grant_type="refresh_token", refresh_token=fresh["refresh_token"]).status_code == 401
    api.control("POST", "tokens", {"account": "sever", "revoke": "long"})
    assert api.crm("account").status_code == 401


def test_tokens_of_one_account_do_not_open_another(api: Live) -> None:
    pair = _pair(api)
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    assert api.http.get(f"{api.url}/amocrm/altai/api/v4/account", headers=headers).status_code == 401


@pytest.mark.parametrize("token", ["", "nonsense", "long-altai"])
def test_unknown_tokens_are_401(api: Live, token: str) -> None:
    assert api.crm("account", token=token).status_code == 401


@pytest.mark.parametrize(("wrong", "status"), [
    ({"client_secret": "other"}, 401),
    ({"client_id": "other"}, 401),
    ({"redirect_uri": "https://voronka.example/oauth/"}, 400),
    ({"grant_type": "password"}, 400),
    ({"code": "code-altai"}, 400),
])  # fmt: skip
def test_wrong_exchanges_are_refused(api: Live, wrong: dict[str, str], status: int) -> None:
    form = {"grant_type": "authorization_code", "code": "code-sever", **wrong}
    assert api.token(**form).status_code == status


def test_the_current_address_of_the_account(api: Live) -> None:
    pair = _pair(api)
    address = f"{api.url}/amocrm/sever/oauth2/account/current/subdomain"
    answer = api.http.get(address, headers={"X-Refresh-Token": pair["refresh_token"]})
    assert answer.json()["subdomain"] == "sever"
    assert api.http.get(address).status_code == 401


def test_tokens_outlive_a_restart(tmp_path: Path) -> None:
    with live(state=tmp_path) as first:
        pair = _pair(first)
        spent = _pair(first, "code-sever-2")
        first.token(grant_type="refresh_token", refresh_token=spent["refresh_token"])
    with live(state=tmp_path) as second:
        assert second.crm("account", token=pair["access_token"]).status_code == 200
        assert second.token(grant_type="authorization_code", code="code-sever").status_code == 400
        assert (
            second.token(grant_type="refresh_token", refresh_token=spent["refresh_token"]).status_code == 401
        )
        assert (
            second.token(grant_type="refresh_token", refresh_token=pair["refresh_token"]).status_code == 200
        )
