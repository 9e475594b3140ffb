"""UIS: local times, calls that cannot be taken, errors inside answers, windows and limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.doubles import Asked, CountingLimiter, FakeProvider, Given, SleepBook, fake_provider
from voronka.config import Source
from voronka.connectors.base import Record, Rejection
from voronka.connectors.http import HttpClient
from voronka.connectors.telephony.uis import UisConnector
from voronka.connectors.telephony.uis.calls import parse_call
from voronka.connectors.telephony.uis.client import UisClient, judge_uis
from voronka.connectors.telephony.zones import bounds, to_utc
from voronka.domain.errors import (
    AccessBlocked,
    FeatureUnavailable,
    NotAuthorised,
    RateLimited,
    ShapeChanged,
    SourceError,
    SourceUnavailable,
)
from voronka.domain.windows import Window

MOSCOW, BARNAUL, BERLIN = (ZoneInfo(name) for name in ("Europe/Moscow", "Asia/Barnaul", "Europe/Berlin"))
CALL: dict[str, Any] = {
    "id": 1890000101,
    "start_time": "2026-01-01 11:30:00",
    "direction": "in",
    "wait_duration": 12,
    "talk_duration": 118,
    "clean_talk_duration": None,
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# -- local times


def test_local_text_to_utc() -> None:
    assert to_utc("2026-01-01 11:30:00", MOSCOW) == utc("2026-01-01T08:30:00")
    assert to_utc("2026-01-01 02:30:00", BARNAUL) == utc("2025-12-31T19:30:00")
    assert to_utc("2026-10-25 02:30:00", BERLIN) == utc("2026-10-25T01:30:00"), (
        "the later of two, as in Postgres"
    )


def test_bounds_are_local_and_include_no_second_too_many() -> None:
    window = Window(utc("2025-12-31T17:00:00"), utc("2026-01-01T17:00:00"))
    assert bounds(window, BARNAUL) == ("2026-01-01 00:00:00", "2026-01-01 23:59:59")
    assert bounds(window, MOSCOW) == ("2025-12-31 20:00:00", "2026-01-01 19:59:59")


@pytest.mark.parametrize("past_the_hour", [0, 30])
@pytest.mark.parametrize("day", ["2026-10-25", "2026-03-29"], ids=["set back", "set forward"])
def test_hourly_windows_over_a_change_of_clocks_cover_every_call_once(day: str, past_the_hour: int) -> None:
    start = utc(f"{day}T00:00:00") - timedelta(hours=4) + timedelta(minutes=past_the_hour)
    moments = [start + timedelta(minutes=7 * n) for n in range(100)]
    texts = sorted({moment.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M:%S") for moment in moments})
    found: list[str] = []
    for hour in range(13):
        window = Window(start + timedelta(hours=hour), start + timedelta(hours=hour + 1))
        first, last = bounds(window, BERLIN)
        found += [text for text in texts if first <= text <= last and to_utc(text, BERLIN) in window]
    assert sorted(found) == texts


# -- calls


def test_call_is_taken_unchanged_with_its_start_in_utc() -> None:
    assert parse_call(CALL, MOSCOW) == Record("1890000101", utc("2026-01-01T08:30:00"), CALL)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (7, "not_an_object"),
        ({**CALL, "id": None}, "missing_id"),
        ({**CALL, "start_time": "01.01.2026"}, "bad_start_time"),
        ({**CALL, "start_time": None}, "bad_start_time"),
        ({**CALL, "direction": "sideways"}, "unknown_direction"),
        ({**CALL, "talk_duration": -15}, "negative_duration"),
        ({**CALL, "wait_duration": "12"}, "bad_duration"),
    ],
)
def test_broken_call_is_rejected(row: Any, code: str) -> None:
    rejection = parse_call(row, MOSCOW)
    assert isinstance(rejection, Rejection)
    assert (rejection.code, rejection.payload) == (code, row)
    assert rejection.remedy


# -- answers


def rpc(rows: list[Any], total: int | None = None, **limits: int) -> Given:
    metadata = {"total_items": len(rows) if total is None else total, "limits": limits}
    return Given(body={"jsonrpc": "2.0", "id": "x", "result": {"data": rows, "metadata": metadata}})


def rpc_error(code: int, mnemonic: str, **metadata: Any) -> Given:
    data = {"mnemonic": mnemonic, "params": {}, "metadata": metadata}
    return Given(body={"jsonrpc": "2.0", "id": "x", "error": {"code": code, "message": "no", "data": data}})


ACCOUNT = rpc([{"app_id": 77, "name": "Север", "timezone": "Europe/Moscow"}])


def with_account(calls: Callable[[Asked], Given]) -> Callable[[Asked], Given]:
    return lambda asked: ACCOUNT if asked.body["method"] == "get.account" else calls(asked)


def connector(
    provider: FakeProvider, *, page_size: int | None = None, attempts: int = 2
) -> tuple[UisConnector, SleepBook]:
    source, sleep = Source(provider="uis", base_url=provider.url, attempts=attempts), SleepBook()
    http = HttpClient(
        "north", source, provider.url, CountingLimiter(), judge_uis, secrets=("key",), sleep=sleep
    )
    return UisConnector("north", UisClient(http, "key"), page_size), sleep


@pytest.mark.parametrize(
    ("code", "mnemonic", "kind", "remedy"),
    [
        (-32001, "access_token_expired", NotAuthorised, "new key"),
        (-32001, "auth_error", NotAuthorised, "new key"),
        (-32003, "ip_not_whitelisted", NotAuthorised, "allowed"),
        (-32003, "forbidden", NotAuthorised, "right"),
        (-32008, "component_disabled", FeatureUnavailable, "cabinet"),
        (-32009, "account_inactive", NotAuthorised, "pay"),
        (-32029, "limit_exceeded", RateLimited, "now"),
        (-32602, "date_interval_limit_reached", ShapeChanged, "report"),
        (-32603, "internal_error", SourceUnavailable, "now"),
    ],
)
def test_error_inside_a_good_status(code: int, mnemonic: str, kind: type[SourceError], remedy: str) -> None:
    with fake_provider(lambda _: rpc_error(code, mnemonic)) as provider:
        made, _ = connector(provider)
        with pytest.raises(kind, match=mnemonic) as caught:
            list(made.pages("employees", Window(utc("2026-01-01T00:00:00"), utc("2026-01-02T00:00:00"))))
    assert type(caught.value) is kind
    assert remedy in caught.value.remedy
    assert len(provider.asked) == (2 if kind in (RateLimited, SourceUnavailable) else 1)


def test_limit_waits_for_the_minute_the_answer_names() -> None:
    refused = rpc_error(
        -32029, "limit_exceeded", limits={"minute_remaining": 0, "minute_reset": 42, "day_remaining": 9}
    )
    answers = [refused, rpc([])]
    with fake_provider(lambda _: answers.pop(0)) as provider:
        made, sleep = connector(provider)
        list(made.pages("employees", Window(utc("2026-01-01T00:00:00"), utc("2026-01-02T00:00:00"))))
    assert sleep.seconds == [42.0]


def test_last_point_of_a_minute_makes_the_next_call_wait() -> None:
    def answer(asked: Asked) -> Given:
        return rpc([{"id": asked.body["params"]["offset"]}], total=2, minute_remaining=0, minute_reset=13)

    with fake_provider(answer) as provider:
        made, sleep = connector(provider, page_size=1)
        pages = list(made.pages("employees", Window(utc("2026-01-01T00:00:00"), utc("2026-01-02T00:00:00"))))
    assert [record.source_id for page in pages for record in page.records] == ["0", "1"]
    assert sleep.seconds == [13.0], "one wait between two calls, none after the last"


def test_last_point_of_a_day_ends_the_load_with_the_time_to_wait() -> None:
    answer = rpc([{"id": 1}], total=2, day_remaining=0, day_reset=4000)
    with fake_provider(lambda _: answer) as provider:
        made, _ = connector(provider, page_size=1)
        with pytest.raises(RateLimited) as caught:
            list(made.pages("employees", Window(utc("2026-01-01T00:00:00"), utc("2026-01-02T00:00:00"))))
    assert caught.value.retry_after_seconds == 4000
    assert len(provider.asked) == 1


def test_key_travels_in_the_body_only() -> None:
    with fake_provider(with_account(lambda _: rpc([]))) as provider:
        list(
            connector(provider)[0].pages(
                "account", Window(utc("2026-01-01T00:00:00"), utc("2026-01-02T00:00:00"))
            )
        )
    [asked] = provider.asked
    assert asked.body["params"]["access_token"] == "key"
    assert asked.query == {}
    assert asked.headers["Content-Type"] == "application/json; charset=UTF-8"


def test_account_without_a_known_zone_is_refused_aloud() -> None:
    with fake_provider(lambda _: rpc([{"app_id": 1, "timezone": "MSK+0"}])) as provider:
        made, _ = connector(provider)
        with pytest.raises(ShapeChanged, match="MSK"):
            list(made.pages("calls", Window(utc("2026-01-01T00:00:00"), utc("2026-01-02T00:00:00"))))


def test_long_window_is_cut_and_no_call_asked_beyond_it() -> None:
    with fake_provider(with_account(lambda _: rpc([]))) as provider:
        list(
            connector(provider)[0].pages(
                "calls", Window(utc("2026-01-01T00:00:00"), utc("2026-03-15T00:00:00"))
            )
        )
        asked = [a.body["params"] for a in provider.asked if a.body["method"] == "get.calls_report"]
    assert [(p["date_from"], p["date_till"]) for p in asked] == [
        ("2026-01-01 03:00:00", "2026-02-01 02:59:59"),
        ("2026-02-01 03:00:00", "2026-03-04 02:59:59"),
        ("2026-03-04 03:00:00", "2026-03-15 02:59:59"),
    ]
    assert all(p["include_ongoing_calls"] is False and len(p["fields"]) == 27 for p in asked)


def test_window_with_more_calls_than_offsets_reach_is_halved() -> None:
    def calls(asked: Asked) -> Given:
        params = asked.body["params"]
        hours = (
            datetime.fromisoformat(params["date_till"]) - datetime.fromisoformat(params["date_from"])
        ).seconds / 3600
        number = 1 if params["date_from"].endswith("00:00:00") else 2
        row = {**CALL, "id": number, "start_time": params["date_from"]}
        return rpc([row], total=1 if hours < 13 else 100_001)

    with fake_provider(with_account(calls)) as provider:
        window = Window(utc("2025-12-31T21:00:00"), utc("2026-01-01T21:00:00"))
        pages = list(connector(provider)[0].pages("calls", window))
    assert [record.source_id for page in pages for record in page.records] == ["1", "2"]
    assert pages[-1].source_total == 2


def test_call_that_fell_between_two_pages_is_found_by_the_providers_count() -> None:
    rows = [{**CALL, "id": n} for n in (1, 2, 3)]
    walks = [[rows[0], rows[1]], [rows[1]], [rows[0], rows[2]], [rows[1]]]
    with fake_provider(with_account(lambda _: rpc(walks.pop(0), total=3))) as provider:
        window = Window(utc("2026-01-01T00:00:00"), utc("2026-01-02T00:00:00"))
        pages = list(connector(provider, page_size=2)[0].pages("calls", window))
    assert sorted(record.source_id for page in pages for record in page.records) == ["1", "2", "3"]
    assert pages[-1].source_total == 3


def test_block_is_final() -> None:
    with fake_provider(lambda _: Given(403, body=b"<html>", kind="text/html")) as provider:
        with pytest.raises(AccessBlocked) as caught:
            list(
                connector(provider)[0].pages(
                    "account", Window(utc("2026-01-01T00:00:00"), utc("2026-01-02T00:00:00"))
                )
            )
        assert len(provider.asked) == 1
    assert "support" in caught.value.remedy
