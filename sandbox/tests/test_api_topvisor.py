"""The rank tracker."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.tests.serving import Live

PROJECT = 412233
HISTORY = "get/positions_2/history"


def _history(api: Live, **data: Any) -> dict[str, Any]:
    usual = {"project_id": PROJECT, "regions_indexes": [5, 7], "date1": "2026-02-01", "date2": "2026-02-15"}
    return api.rank(HISTORY, **{**usual, **data})


def test_projects_nest_regions_in_searchers(api: Live) -> None:
    answer = api.rank("get/projects_2/projects", show_searchers_and_regions=1)
    (project,) = answer["result"]
    assert (project["id"], project["site"], answer["total"]) == (PROJECT, "stroy-dom.example", 1)
    yandex, google = project["searchers"]
    region = {"name": "Москва", "lang": "ru", "enabled": 1, "key": 213}
    # Depth counts hundreds of places for Yandex and tens for Google: 100 and 50 places.
    assert yandex["key"] == 0
    assert yandex["regions"] == [{**region, "id": 41223305, "index": 5, "device": 0, "depth": 1}]
    assert google["key"] == 1
    assert google["regions"] == [{**region, "id": 41223307, "index": 7, "device": 2, "depth": 5}]
    assert "searchers" not in api.rank("get/projects_2/projects")["result"][0]


def test_keywords_with_volume(api: Live) -> None:
    fields = ["id", "name", "group_id", "group_name", "volume:213:0:1"]
    answer = api.rank("get/keywords_2/keywords", project_id=PROJECT, fields=fields, limit=1)
    assert answer == {
        "result": [
            {
                "id": 900001,
                "name": "продвижение сайта",
                "group_id": 5501,
                "group_name": "Услуги",
                "volume:213:0:1": 1000,
            }
        ],
        "nextOffset": 1,
        "total": 2,
    }
    second = api.rank("get/keywords_2/keywords", project_id=PROJECT, fields=fields, limit=1, offset=1)
    assert second["result"][0]["volume:213:0:1"] is None
    assert "nextOffset" not in second


def test_history_tells_found_not_found_and_not_checked_apart(api: Live) -> None:
    answer = _history(
        api,
        history_fields=["position", "relevant_url"],
        fields=["id", "name", "group_id", "group_name"],
        show_headers=1,
        show_exists_dates=1,
    )
    assert answer == {
        "result": {
            "keywords": [
                {
                    "id": 900001,
                    "name": "продвижение сайта",
                    "group_id": 5501,
                    "group_name": "Услуги",
                    "positionsData": {
                        "2026-02-01:412233:5": {"position": "7", "relevant_url": "https://sever.example/seo"},
                        "2026-02-08:412233:5": {"position": "--", "relevant_url": ""},
                        "2026-02-01:412233:7": {"position": "12", "relevant_url": ""},
                    },
                },
                {
                    "id": 900002,
                    "name": "seo аудит",
                    "group_id": 5501,
                    "group_name": "Услуги",
                    "positionsData": {"2026-02-08:412233:5": {"position": "1", "relevant_url": ""}},
                },
            ],
            "headers": {"projectId": PROJECT, "dates": ["2026-02-01", "2026-02-08"]},
            "existsDates": ["2026-02-01", "2026-02-08"],
        },
        "total": 2,
    }


def test_history_by_dates_counts_and_pages(api: Live) -> None:
    chosen = api.rank(
        HISTORY, project_id=PROJECT, regions_indexes=[5], dates=["2026-02-08", "2026-02-09"], type_range=100
    )
    assert [list(k["positionsData"]) for k in chosen["result"]["keywords"]] == [["2026-02-08:412233:5"]] * 2
    latest = _history(api, count_dates=1, show_headers=1, show_exists_dates=1)["result"]
    assert latest["headers"]["dates"] == ["2026-02-08"]
    assert latest["existsDates"] == ["2026-02-01", "2026-02-08"]
    assert latest["keywords"][0]["positionsData"] == {"2026-02-08:412233:5": {"position": "--"}}
    paged = _history(api, limit=1)
    assert (len(paged["result"]["keywords"]), paged["nextOffset"], paged["total"]) == (1, 1, 2)


def test_checks_of_the_future_are_not_there_yet(api: Live) -> None:
    api.control("POST", "clock", {"now": "2026-02-05T00:00:00+00:00"})
    assert _history(api, show_exists_dates=1)["result"]["existsDates"] == ["2026-02-01"]


@pytest.mark.parametrize("data", [
    {"project_id": 1},
    {"regions_indexes": []},
    {"regions_indexes": [213]},
    {"date1": "01.02.2026"},
    {"fields": ["nonsense"]},
    {"history_fields": ["nonsense"]},
])  # fmt: skip
def test_errors_come_with_200_and_no_result(api: Live, data: dict[str, Any]) -> None:
    answer = _history(api, **data)
    assert answer["result"] is None
    assert answer["errors"][0]["string"]


def test_both_forms_of_authorisation(api: Live) -> None:
    address = f"{api.url}/topvisor/v2/json/get/projects_2/projects"
    one_header = {"Authorization": "Bearer 31420001:topvisor-key-sever"}
    assert api.http.post(address, json={}, headers=one_header).json()["total"] == 1
    for headers in (
        {},
        {"User-Id": "1", "Authorization": "Bearer topvisor-key-sever"},
        {"User-Id": "31420001", "Authorization": "Bearer topvisor-key-altai"},
    ):
        assert api.http.post(address, json={}, headers=headers).json()["errors"][0]["code"] == 53
    assert api.rank("get/nothing_2/here")["errors"]
