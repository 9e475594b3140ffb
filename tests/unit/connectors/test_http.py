"""The HTTP client over a real server: what is tried again, what is not, and what is said."""

from __future__ import annotations

import logging
import time

import pytest

from tests.support.doubles import Asked, CountingLimiter, Given, SleepBook, fake_provider, in_turn
from voronka.config import Source
from voronka.connectors.crm.amocrm.judge import NothingThere, NotPermitted, amocrm_judge
from voronka.connectors.http import HttpClient, Request, Where
from voronka.domain.errors import (
    AccessBlocked,
    FeatureUnavailable,
    NotAuthorised,
    RateLimited,
    ShapeChanged,
    SourceError,
    SourceUnavailable,
)

SECRET = "eyJ-very-secret"
WHERE = Where("north", "amocrm", "leads", page=3)
GOOD = Given(body={"fine": True})


def client(
    url: str, *, attempts: int = 4, timeout: float = 5.0
) -> tuple[HttpClient, CountingLimiter, SleepBook]:
    source = Source(provider="amocrm", base_url=url, attempts=attempts, timeout_seconds=timeout)
    limiter, sleep = CountingLimiter(), SleepBook()
    judge = amocrm_judge("renew it.")
    return (
        HttpClient("north", source, url, limiter, judge, secrets=(SECRET,), sleep=sleep, dice=lambda: 1.0),
        limiter,
        sleep,
    )


@pytest.mark.parametrize(
    "bad",
    [
        Given(500, body="x"),
        Given(504, body=b"<html>", kind="text/html"),
        Given(429, body=b"slow down", kind="text/plain"),
        Given(200, body=b"<html>maintenance</html>", kind="text/html"),
        Given(200, body={"long": "x" * 500}, cut_at=40),
        Given(200, body=b'{"_page": 1, "_links": {', kind="application/hal+json"),
    ],
    ids=["500", "504 html", "429 text", "200 html", "cut", "half json"],
)
def test_passing_fault_is_tried_again(bad: Given) -> None:
    with fake_provider(in_turn(bad, bad, GOOD)) as provider:
        http, limiter, sleep = client(provider.url)
        assert http.send(Request("GET", "/x"), WHERE).json() == {"fine": True}
    assert limiter.count == 3, "every try must ask the limiter"
    assert sleep.seconds == [0.5, 1.0], "the pause doubles"


@pytest.mark.parametrize(
    ("bad", "kind"), [(Given(500, body="x"), SourceUnavailable), (Given(429), RateLimited)]
)
def test_gives_up_after_all_attempts_and_names_the_place(bad: Given, kind: type[SourceError]) -> None:
    with fake_provider(in_turn(bad)) as provider:
        http, limiter, _ = client(provider.url, attempts=3)
        with pytest.raises(kind) as caught:
            http.send(Request("GET", "/x"), WHERE)
    assert limiter.count == 3
    assert "account north, amocrm, leads, page 3" in str(caught.value)
    assert caught.value.remedy
    assert (caught.value.account_id, caught.value.provider) == ("north", "amocrm")


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (Given(401, body={"title": "Unauthorized"}, kind="application/problem+json"), NotAuthorised),
        (Given(403, body={"title": "Forbidden"}, kind="application/problem+json"), NotPermitted),
        (Given(403, body=b"<html>nginx</html>", kind="text/html"), AccessBlocked),
        (Given(402, body={}), FeatureUnavailable),
        (Given(422, body={}), FeatureUnavailable),
        (Given(425, body={}), FeatureUnavailable),
        (Given(426, body={}), FeatureUnavailable),
        (Given(400, body={"title": "Bad Request"}), ShapeChanged),
        (Given(404, body={}), NothingThere),
        (Given(405, body=b""), ShapeChanged),
    ],
)
def test_permanent_refusal_is_asked_once(bad: Given, kind: type[SourceError]) -> None:
    with fake_provider(in_turn(bad)) as provider:
        http, limiter, sleep = client(provider.url)
        with pytest.raises(kind) as caught:
            http.send(Request("GET", "/x"), WHERE)
    assert type(caught.value) is kind
    assert limiter.count == 1
    assert len(limiter.blocked) == (kind is AccessBlocked), "other processes must learn of a block"
    assert sleep.seconds == []
    assert caught.value.remedy


def test_retry_after_is_honoured_in_seconds() -> None:
    with fake_provider(in_turn(Given(429, headers={"Retry-After": "17"}), GOOD)) as provider:
        http, _, sleep = client(provider.url)
        http.send(Request("GET", "/x"), WHERE)
    assert sleep.seconds == [17.0]


def test_an_hour_of_patience_is_left_to_the_task() -> None:
    with fake_provider(in_turn(Given(503, body="x", headers={"Retry-After": "3600"}))) as provider:
        http, limiter, sleep = client(provider.url)
        with pytest.raises(SourceUnavailable) as caught:
            http.send(Request("GET", "/x"), WHERE)
    assert (limiter.count, sleep.seconds) == (1, [])
    assert caught.value.retry_after_seconds == 3600


def test_slow_answer_is_a_time_out() -> None:
    def slow_once(_: Asked) -> Given:
        if len(provider.asked) == 1:
            time.sleep(0.6)
        return GOOD

    with fake_provider(slow_once) as provider:
        http, limiter, _ = client(provider.url, timeout=0.2)
        assert http.send(Request("GET", "/x"), WHERE).status == 200
    assert limiter.count == 2


def test_connection_refused_is_passing() -> None:
    with fake_provider(in_turn(GOOD)) as provider:
        dead = provider.url
    http, _, _ = client(dead, attempts=2)
    with pytest.raises(SourceUnavailable, match="connection failed"):
        http.send(Request("GET", "/x"), WHERE)


def test_redirect_does_not_carry_the_credential_elsewhere() -> None:
    with fake_provider(in_turn(GOOD)) as other:
        redirect = Given(302, body={}, headers={"Location": f"{other.url}/steal"})
        with fake_provider(in_turn(redirect)) as provider:
            http, _, _ = client(provider.url)
            request = Request("GET", "/x").with_headers(Authorization=f"Bearer {SECRET}")
            with pytest.raises(ShapeChanged, match="base_url"):
                http.send(request, WHERE)
        assert other.asked == []


def test_netrc_does_not_replace_the_credential(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with fake_provider(in_turn(GOOD)) as provider:
        http, _, _ = client(provider.url)
        http.send(Request("GET", "/x").with_headers(Authorization="Bearer mine"), WHERE)
        assert provider.asked[0].headers["Authorization"] == "Bearer mine"
        assert provider.asked[0].headers["User-Agent"].startswith("Voronka/")


def test_no_secret_in_logs_or_messages(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    numbered = {"X-Request-Id": "req-17"}
    echo = Given(
        400, headers=numbered, body={"title": f"bad token {SECRET}", "detail": 'access_token="abc123"'}
    )
    with fake_provider(in_turn(Given(500, body={"token": SECRET}), echo)) as provider:
        http, _, _ = client(provider.url)
        with pytest.raises(ShapeChanged) as caught:
            http.send(Request("GET", "/x").with_headers(Authorization=f"Bearer {SECRET}"), WHERE)
    assert "***" in str(caught.value)
    assert "req-17" in str(caught.value), "their support asks for it"
    for text in (str(caught.value), repr(caught.value), caplog.text):
        assert SECRET not in text
        assert "abc123" not in text
