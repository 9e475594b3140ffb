"""Yandex Direct: the queue, its codes, reports that take too long, what a report is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.doubles import Asked, CountingLimiter, Given, SleepBook, fake_provider
from voronka.config import Account, Source
from voronka.connectors import build
from voronka.connectors.base import Record
from voronka.domain.errors import NotAuthorised, RateLimited, SourceUnavailable
from voronka.domain.windows import Window

HEAD = "Date\tCampaignId\tCampaignName\tImpressions\tClicks\tCost\n"
ROW = "2026-01-10\t70010001\tSEO аудит | Поиск\t1240\t37\t4120.55\n"
TABLE = f"{HEAD}{ROW}Total rows: 1\n"
TWO_DAYS = Window(datetime(2026, 1, 9, 12, tzinfo=UTC), datetime(2026, 1, 11, 12, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_NORTH_DIRECT_ACCESS_TOKEN", "x1234")
    monkeypatch.setenv("VORONKA_AS_OF", "2026-02-01T00:00:00+00:00")


def connector(url: str, sleep: SleepBook | None = None, attempts: int = 2, **options: Any) -> Any:
    source = Source(provider="direct", base_url=url, attempts=attempts, options=options)
    account = Account(id="north", name="North", crm=Source(provider="amocrm", base_url="http://127.0.0.1:9"))
    return build(account, "ads", source, CountingLimiter(), sleep=sleep or SleepBook())


def records(made: Any, window: Window = TWO_DAYS) -> list[Record]:
    return [record for page in made.pages("costs", window) for record in page.records]


def table(text: str = TABLE) -> Given:
    return Given(body=text.encode(), kind="text/tab-separated-values")


def refusal(code: int, status: int = 400) -> Given:
    return Given(status, body={"error": {"error_code": str(code), "error_string": "E", "error_detail": "d"}})


def test_a_queued_report_is_asked_for_again_in_the_same_words() -> None:
    answers = [Given(201, headers={"retryIn": "20"}), Given(202, headers={"retryIn": "7"}), table()]
    asked: list[Asked] = []

    def answer(request: Asked) -> Given:
        asked.append(request)
        return answers[len(asked) - 1]

    sleep = SleepBook()
    with fake_provider(answer) as server:
        [record] = records(connector(server.url, sleep, client_login="north-ads", vat="no"))
    assert sleep.seconds == [20, 7]
    assert len({json.dumps(request.body, sort_keys=True) for request in asked}) == 1
    assert asked[0].headers["Client-Login"] == "north-ads"
    assert asked[0].headers["returnMoneyInMicros"] == "false"
    assert record.source_id == "70010001:2026-01-10"
    assert record.updated_at == datetime(2026, 1, 9, 21, tzinfo=UTC)  # Moscow's midnight
    assert record.payload["Cost"] == "4120.55"
    assert (record.payload["IncludeVAT"], record.payload["Currency"]) == (False, "RUB")


def test_a_report_that_never_leaves_the_queue_is_left_to_the_next_try() -> None:
    sleep = SleepBook()
    with (
        fake_provider(lambda _asked: Given(202, headers={"retryIn": "300"})) as server,
        pytest.raises(RateLimited, match="queue"),
    ):
        records(connector(server.url, sleep))
    assert sleep.seconds == [300, 300, 300]


@pytest.mark.parametrize(
    ("code", "kind", "waits"),
    [
        (9000, RateLimited, [60.0]),
        (56, RateLimited, [10.0]),
        (506, RateLimited, [5.0]),
        (152, RateLimited, []),
        (53, NotAuthorised, []),
        (58, NotAuthorised, []),
    ],
)
def test_the_code_says_whether_to_wait(code: int, kind: type[Exception], waits: list[float]) -> None:
    sleep = SleepBook()
    with (
        fake_provider(lambda _asked: refusal(code)) as server,
        pytest.raises(kind, match=str(code)) as caught,
    ):
        records(connector(server.url, sleep))
    assert sleep.seconds == waits
    assert "x1234" not in str(caught.value)


def test_a_report_that_takes_too_long_is_asked_for_in_halves() -> None:
    periods: list[tuple[str, str]] = []

    def answer(request: Asked) -> Given:
        period = request.body["params"]["SelectionCriteria"]
        periods.append((period["DateFrom"], period["DateTo"]))
        return table() if period["DateFrom"] == period["DateTo"] else Given(502)

    with fake_provider(answer) as server:
        records(connector(server.url, attempts=1))
    assert periods == [
        ("2026-01-10", "2026-01-11"),
        ("2026-01-10", "2026-01-10"),
        ("2026-01-11", "2026-01-11"),
    ]


@pytest.mark.parametrize("text", ["", "<html>", f"{HEAD}{ROW}", f"{HEAD}{ROW}Total rows: 2\n"])
def test_half_a_table_is_not_taken(text: str) -> None:
    with fake_provider(lambda _asked: table(text)) as server, pytest.raises(SourceUnavailable, match="whole"):
        records(connector(server.url))


def test_another_window_has_another_name_and_three_years_are_asked_for() -> None:
    orders: list[dict[str, Any]] = []

    def answer(request: Asked) -> Given:
        orders.append(request.body["params"])
        return table()

    with fake_provider(answer) as server:
        made = connector(server.url)
        records(made)
        records(made, Window(TWO_DAYS.start, TWO_DAYS.end.replace(hour=13)))
        assert orders[0]["SelectionCriteria"] == orders[1]["SelectionCriteria"]
        assert orders[0]["ReportName"] != orders[1]["ReportName"]
        orders.clear()
        records(made, Window(datetime(2022, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)))
    first = min(order["SelectionCriteria"]["DateFrom"] for order in orders)
    assert first == "2023-02-02"  # 1095 days before 1 February 2026


def test_bad_lines_are_kept_apart() -> None:
    bad = "2026-01-10\t70010002\tB\t--\t--\t--\n2026-01-10\t\tC\t1\t1\t1.00\nshort\n"
    text = f"{HEAD}{ROW}{bad}Total rows: 4\n"
    with fake_provider(lambda _asked: table(text)) as server:
        [page] = connector(server.url).pages("costs", TWO_DAYS)
    assert [record.payload["Cost"] for record in page.records] == ["4120.55", None]
    assert [rejection.code for rejection in page.rejections] == ["missing_id", "bad_columns"]
