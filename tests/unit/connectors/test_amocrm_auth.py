"""Renewing tokens, driven by hand: the generator is asked for a request and told the answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.doubles import CountingLimiter, Given, MemoryTokenStore, SleepBook, fake_provider, in_turn
from voronka.config import Source
from voronka.connectors.base import TokenPair
from voronka.connectors.crm.amocrm.auth import LongLivedToken, RotatingTokens
from voronka.connectors.crm.amocrm.tokens import TokenEndpoint, judge_exchange
from voronka.connectors.http import AuthFlow, HttpClient, Reply, Request
from voronka.connectors.masking import Mask
from voronka.domain.errors import AccessBlocked, NotAuthorised

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
REQUEST = Request("GET", "/api/v4/leads")
REFUSED = Reply(401, {}, b"")
FINE = Reply(200, {}, b"{}")


def pair(name: str, *, seconds_left: int = 3600) -> TokenPair:
    return TokenPair(f"access-{name}", f"refresh-{name}", NOW + timedelta(seconds=seconds_left), NOW)


def flow(store: MemoryTokenStore, mask: Mask | None = None) -> AuthFlow:
    def exchange(refresh_token: str) -> TokenPair:
        return pair(f"after-{refresh_token.removeprefix('refresh-')}")

    return RotatingTokens(store, exchange, mask or Mask(), lambda: NOW).flow(REQUEST)


def bearer(request: Request) -> str:
    return request.headers["Authorization"]


def ends(running: AuthFlow, reply: Reply) -> bool:
    try:
        running.send(reply)
    except StopIteration:
        return True
    return False


def test_long_lived_token_is_sent_once() -> None:
    running = LongLivedToken("long").flow(REQUEST)
    assert bearer(next(running)) == "Bearer long"
    assert ends(running, REFUSED)


def test_living_token_is_used_as_it_is() -> None:
    store = MemoryTokenStore(pair("a"))
    running = flow(store)
    assert bearer(next(running)) == "Bearer access-a"
    assert ends(running, FINE)
    assert store.exchanges == 0


@pytest.mark.parametrize("seconds_left", [-10, 0, 299, 300])
def test_token_near_its_end_is_renewed_before_use(seconds_left: int) -> None:
    store = MemoryTokenStore(pair("a", seconds_left=seconds_left))
    assert bearer(next(flow(store))) == "Bearer access-after-a"
    assert store.exchanges == 1


@pytest.mark.parametrize(("hours_left", "exchanges"), [(7, 0), (6, 1)])
def test_a_token_of_a_day_is_renewed_six_hours_before_its_end(hours_left: int, exchanges: int) -> None:
    end = NOW + timedelta(hours=hours_left)
    store = MemoryTokenStore(TokenPair("access-a", "refresh-a", end, end - timedelta(days=1)))
    next(flow(store))
    assert store.exchanges == exchanges


def test_after_a_refusal_the_pair_of_another_process_is_tried_first() -> None:
    store = MemoryTokenStore(pair("a"))
    running = flow(store)
    next(running)
    store.install(pair("b"))
    assert bearer(running.send(REFUSED)) == "Bearer access-b"
    assert ends(running, FINE)
    assert store.exchanges == 0, "nobody may spend a refresh token when a fresh pair lies there"


def test_after_a_refusal_of_the_stored_pair_it_is_renewed_once() -> None:
    store = MemoryTokenStore(pair("a"))
    running = flow(store)
    next(running)
    assert bearer(running.send(REFUSED)) == "Bearer access-after-a"
    assert ends(running, REFUSED), "a refusal of a new pair is final"
    assert store.exchanges == 1


def test_stored_pair_of_another_process_refused_too_is_renewed() -> None:
    store = MemoryTokenStore(pair("a"))
    running = flow(store)
    next(running)
    store.install(pair("b"))
    running.send(REFUSED)
    assert bearer(running.send(REFUSED)) == "Bearer access-after-b"


def test_every_token_that_passes_is_hidden() -> None:
    mask = Mask()
    running = flow(MemoryTokenStore(pair("a", seconds_left=0)), mask)
    next(running)
    assert mask("access-a refresh-a access-after-a refresh-after-a") == "*** *** *** ***"


def endpoint(url: str) -> TokenEndpoint:
    source = Source(provider="amocrm", base_url=url, attempts=2)
    http = HttpClient("north", source, url, CountingLimiter(), judge_exchange, sleep=SleepBook())
    return TokenEndpoint(
        http,
        client_id="id",
        client_secret="keep-secret",
        redirect_uri="https://here.example/cb",
        now=lambda: NOW,
    )


def test_exchange_sends_what_the_provider_asks_for() -> None:
    answer = {"token_type": "Bearer", "expires_in": 86400, "access_token": "AAAA", "refresh_token": "RRRR"}
    with fake_provider(in_turn(Given(body=answer))) as provider:
        got = endpoint(provider.url).exchange_code("code-1")
        again = endpoint(provider.url).refresh("old-refresh")
        first, second = provider.asked
    assert got == TokenPair("AAAA", "RRRR", NOW + timedelta(days=1), NOW) == again
    assert (first.method, first.path) == ("POST", "/oauth2/access_token")
    identity = {"client_id": "id", "client_secret": "keep-secret", "redirect_uri": "https://here.example/cb"}
    assert first.body == {**identity, "grant_type": "authorization_code", "code": "code-1"}
    assert second.body == {**identity, "grant_type": "refresh_token", "refresh_token": "old-refresh"}


def test_spent_refresh_token_asks_for_consent_again() -> None:
    revoked = {"hint": "Token has been revoked", "title": "x", "status": 401, "detail": "keep-secret"}
    with (
        fake_provider(in_turn(Given(401, body=revoked, kind="application/problem+json"))) as provider,
        pytest.raises(NotAuthorised, match="Token has been revoked") as caught,
    ):
        endpoint(provider.url).refresh("old-refresh")
    assert "voronka connect" in caught.value.remedy
    assert "keep-secret" not in str(caught.value)
    assert len(provider.asked) == 1, "a refused refresh token must not be tried again"


def test_block_at_the_token_endpoint() -> None:
    with (
        fake_provider(in_turn(Given(403, body=b"<html>", kind="text/html"))) as provider,
        pytest.raises(AccessBlocked),
    ):
        endpoint(provider.url).refresh("old-refresh")
