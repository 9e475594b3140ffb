"""Topvisor: cells, errors inside answers, headers, paging, windows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.doubles import Asked, CountingLimiter, FakeProvider, Given, SleepBook, fake_provider
from voronka.config import Source
from voronka.connectors.base import Record, Rejection
from voronka.connectors.http import HttpClient
from voronka.connectors.positions.topvisor import TopvisorConnector
from voronka.connectors.positions.topvisor.cells import parse_cells
from voronka.connectors.positions.topvisor.client import (
    AuthForm,
    TopvisorAuth,
    TopvisorClient,
    judge_topvisor,
)
from voronka.domain.errors import (
    AccessBlocked,
    NotAuthorised,
    RateLimited,
    ShapeChanged,
    SourceError,
    SourceUnavailable,
)
from voronka.domain.windows import Window

MOSCOW = ZoneInfo("Europe/Moscow")
DAY = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
PROJECT = {
    "id": 412233,
    "name": "Север",
    "searchers": [
        {"key": 0, "regions": [{"index": 5, "key": 213}, {"index": "7", "key": 2}]},
        {"key": 1, "regions": [{"index": 9, "key": 1011969}]},
    ],
}


def keyword(**cells: Any) -> dict[str, Any]:
    named = {key.replace("_", ":"): value for key, value in cells.items()}
    return {"id": 900001, "name": "seo", "group_id": 5501, "group_name": "Услуги", "positionsData": named}


def cells(value: Any) -> list[Record | Rejection]:
    return list(parse_cells(value, "412233", MOSCOW))


# -- cells


def test_cell_becomes_a_record_of_the_local_day() -> None:
    row = keyword(**{"2026-01-08:412233:5": {"position": "7", "relevant_url": "https://sever.example/seo"}})
    assert cells(row) == [
        Record(
            "412233:5:900001:2026-01-08",
            datetime(2026, 1, 7, 21, tzinfo=UTC),
            {
                "project_id": 412233,
                "region_index": 5,
                "keyword_id": 900001,
                "keyword": "seo",
                "group_id": 5501,
                "group_name": "Услуги",
                "date": "2026-01-08",
                "position": "7",
                "relevant_url": "https://sever.example/seo",
            },
        )
    ]


@pytest.mark.parametrize("position", ["7", "--", 7, "100"])
def test_number_and_not_found_are_facts(position: Any) -> None:
    [record] = cells(keyword(**{"2026-01-08:412233:5": {"position": position}}))
    assert isinstance(record, Record)
    assert record.payload["position"] == position, "as received"


@pytest.mark.parametrize("nothing", [{}, [], None])
def test_no_cell_is_no_record(nothing: Any) -> None:
    assert cells({**keyword(), "positionsData": nothing}) == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("x", "not_an_object"),
        ({"name": "no id"}, "missing_id"),
        ({**keyword(), "positionsData": "x"}, "bad_cells"),
        (keyword(**{"2026-01-08:1:5": {"position": "7"}}), "bad_cell_key"),
        (keyword(**{"2026-01-08:412233:x": {"position": "7"}}), "bad_cell_key"),
        (keyword(**{"2026-13-08:412233:5": {"position": "7"}}), "bad_date"),
        (keyword(**{"20260108:412233:5": {"position": "7"}}), "bad_date"),
        (keyword(**{"2026-01-08:412233:5": "7"}), "not_an_object"),
        (keyword(**{"2026-01-08:412233:5": {"position": "0"}}), "bad_position"),
        (keyword(**{"2026-01-08:412233:5": {"position": "-3"}}), "bad_position"),
        (keyword(**{"2026-01-08:412233:5": {"position": "7.5"}}), "bad_position"),
        (keyword(**{"2026-01-08:412233:5": {"position": None}}), "bad_position"),
    ],
)
def test_broken_cell_is_rejected_alone(row: Any, code: str) -> None:
    [rejection] = cells(row)
    assert isinstance(rejection, Rejection)
    assert rejection.code == code
    assert rejection.remedy


# -- answers


def connector(
    provider: FakeProvider, form: AuthForm = "two_headers", page_size: int | None = None
) -> TopvisorConnector:
    source = Source(provider="topvisor", base_url=provider.url, attempts=2)
    http = HttpClient("north", source, provider.url, CountingLimiter(), judge_topvisor, sleep=SleepBook())
    return TopvisorConnector(
        "north", TopvisorClient(http, TopvisorAuth("42", "key", form), page_size), "Europe/Moscow"
    )


def serve(history: Any = None, projects: Any = None) -> Any:
    def answer(asked: Asked) -> Given:
        if asked.path.endswith("projects_2/projects"):
            return Given(body={"result": [PROJECT] if projects is None else projects})
        if asked.path.endswith("keywords_2/keywords"):
            return Given(body={"result": [{"id": 1}, {"id": 2}]})
        return Given(body={"result": history or {"keywords": []}})

    return answer


@pytest.mark.parametrize(
    ("code", "kind", "tries"),
    [
        (429, RateLimited, 2),
        (503, SourceUnavailable, 2),
        (10001, SourceUnavailable, 2),
        (53, NotAuthorised, 1),
        (54, NotAuthorised, 1),
        (2001, ShapeChanged, 1),
    ],
)
def test_error_inside_a_good_status(code: int, kind: type[SourceError], tries: int) -> None:
    body = {"result": None, "errors": [{"code": code, "string": "so not"}]}
    with fake_provider(lambda _: Given(body=body)) as provider:
        with pytest.raises(kind, match=f"{code}: so not") as caught:
            list(connector(provider).pages("projects", DAY))
        assert len(provider.asked) == tries
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("form", "expected"),
    [("two_headers", ("Bearer key", "42")), ("single", ("Bearer 42:key", None))],
)
def test_both_forms_of_the_credential(form: AuthForm, expected: tuple[str, str | None]) -> None:
    with fake_provider(serve()) as provider:
        list(connector(provider, form).pages("projects", DAY))
        headers = provider.asked[0].headers
    assert (headers["Authorization"], headers.get("User-Id")) == expected


def test_pages_follow_next_offset() -> None:
    def answer(asked: Asked) -> Given:
        offset = asked.body["offset"]
        more = {"nextOffset": offset + 2} if offset < 4 else {}
        return Given(body={"result": [{"id": offset}, {"id": offset + 1}], "total": 6, **more})

    with fake_provider(answer) as provider:
        pages = list(connector(provider, page_size=2).pages("projects", DAY))
    assert [record.source_id for page in pages for record in page.records] == ["0", "1", "2", "3", "4", "5"]
    assert pages[-1].source_total == 6


def test_next_offset_that_does_not_advance_is_refused() -> None:
    with (
        fake_provider(lambda _: Given(body={"result": [], "nextOffset": 0})) as provider,
        pytest.raises(ShapeChanged, match="nextOffset"),
    ):
        list(connector(provider).pages("projects", DAY))


def test_keywords_ask_for_the_volume_of_every_region() -> None:
    with fake_provider(serve()) as provider:
        pages = list(connector(provider).pages("keywords", DAY))
        asked = provider.asked[-1].body
    assert [record.source_id for page in pages for record in page.records] == ["412233:1", "412233:2"]
    assert sorted(asked["fields"]) == sorted(
        ["id", "name", "group_id", "group_name", "volume:213:0:1", "volume:2:0:1", "volume:1011969:1:1"]
    )


def test_history_is_asked_in_windows_of_31_days_for_all_regions() -> None:
    window = Window.of_days(datetime(2026, 1, 1).date(), datetime(2026, 3, 10).date(), "Europe/Moscow")  # noqa: DTZ001
    with fake_provider(serve()) as provider:
        list(connector(provider).pages("positions", window))
        asked = [a.body for a in provider.asked if a.path == "/v2/json/get/positions_2/history"]
    assert [(body["date1"], body["date2"]) for body in asked] == [
        ("2026-01-01", "2026-01-31"),
        ("2026-02-01", "2026-03-03"),
        ("2026-03-04", "2026-03-10"),
    ]
    assert all(body["regions_indexes"] == [5, 7, 9] for body in asked)


def test_window_without_a_start_of_day_asks_nothing() -> None:
    noon = datetime(2026, 1, 1, 9, tzinfo=UTC)
    with fake_provider(serve()) as provider:
        assert list(connector(provider).pages("positions", Window(noon, noon.replace(hour=15)))) == []
        assert provider.asked == []


def test_history_without_keywords_is_a_changed_shape() -> None:
    window = Window.of_days(datetime(2026, 1, 1).date(), datetime(2026, 1, 2).date(), "Europe/Moscow")  # noqa: DTZ001
    with fake_provider(serve(history=[1])) as provider, pytest.raises(ShapeChanged, match="account north"):
        list(connector(provider).pages("positions", window))


def test_project_without_regions_is_left_out() -> None:
    window = Window.of_days(datetime(2026, 1, 1).date(), datetime(2026, 1, 2).date(), "Europe/Moscow")  # noqa: DTZ001
    with fake_provider(serve(projects=[{"id": 1}])) as provider:
        assert list(connector(provider).pages("positions", window)) == []


def test_block_is_final() -> None:
    with fake_provider(lambda _: Given(403, body=b"<html>", kind="text/html")) as provider:
        with pytest.raises(AccessBlocked) as caught:
            list(connector(provider).pages("projects", DAY))
        assert len(provider.asked) == 1
    assert "support" in caught.value.remedy
