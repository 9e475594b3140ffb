"""Own collection: what is asked, what an answer says, what is paid for once, and where the money ends."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.doubles import Asked, CountingLimiter, Given, SleepBook, fake_provider
from voronka.config import Account, Source
from voronka.connectors import build
from voronka.domain.errors import ConfigurationError, NotAuthorised, ShapeChanged, SourceUnavailable
from voronka.domain.windows import Window

NOW = "2026-11-22T05:00:00+00:00"
"""08:00 in Moscow: the first minute of the dearer part of the day."""
TODAY = Window(datetime(2026, 11, 21, 20, tzinfo=UTC), datetime(2026, 11, 22, 5, tzinfo=UTC))
YESTERDAY = Window(datetime(2026, 11, 20, 20, tzinfo=UTC), datetime(2026, 11, 21, 20, tzinfo=UTC))
FILE = """site;keyword;group;region;device;volume
https://www.Site.example/;seo  аудит;услуги;213;desktop;1000
rival.example;seo аудит;;213;;
site.example;продвижение;услуги;213;mobile;
"""
PAGE = """<?xml version="1.0" encoding="utf-8"?><yandexsearch version="1.0"><response><results><grouping>
<group><doc><domain>WWW.Other.example</domain><url>https://www.other.example/a</url></doc></group>
<group><doc><domain>site.example</domain><url>https://site.example/<hlword>seo</hlword></url></doc></group>
</grouping></results></response></yandexsearch>"""
ERROR = '<yandexsearch><response><error code="{}">нет</error></response></yandexsearch>'


def packed(xml: str) -> dict[str, str]:
    return {"rawData": base64.b64encode(xml.encode()).decode()}


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("VORONKA_AS_OF", NOW)
    monkeypatch.setenv("VORONKA_HOME", str(tmp_path))
    monkeypatch.setenv("VORONKA_NORTH_YANDEXSEARCH_API_KEY", "key")
    (tmp_path / "phrases.csv").write_text(FILE, encoding="utf-8")
    return tmp_path


def connector(url: str, place: Path, sleep: SleepBook | None = None, **options: Any) -> Any:
    given = {
        "folder_id": "b1g",
        "keywords_file": str(place / "phrases.csv"),
        "budget_rub_per_day": 10,
        **options,
    }
    source = Source(provider="yandexsearch", base_url=url, attempts=1, options=given)
    account = Account(id="north", name="North", crm=Source(provider="amocrm", base_url="http://127.0.0.1:9"))
    return build(account, "positions", source, CountingLimiter(), sleep=sleep or SleepBook())


def records(made: Any, window: Window = TODAY) -> dict[str, Any]:
    return {r.source_id: r for page in made.pages("serps", window) for r in page.records}


def test_a_page_is_asked_for_once_however_many_sites_look_for_themselves(place: Path) -> None:
    asked: list[Asked] = []

    def answer(request: Asked) -> Given:
        asked.append(request)
        return Given(
            body=packed(PAGE if request.body["query"]["queryText"] == "seo аудит" else ERROR.format(15))
        )

    with fake_provider(answer) as server:
        found = records(connector(server.url, place))

    first, second = asked
    assert (first.path, first.headers["Authorization"]) == ("/v2/web/search", "Api-Key key")
    assert first.body["region"] == "213"
    assert first.body["groupSpec"]["groupsOnPage"] == "100"
    assert "userAgent" not in first.body
    assert "Mobile" in second.body["userAgent"]
    page = found["213:desktop:2026-11-22:seo аудит"]
    assert page.payload["results"] == [
        {"place": 1, "domain": "www.other.example", "url": "https://www.other.example/a"},
        {"place": 2, "domain": "site.example", "url": "https://site.example/seo"},
    ]
    assert page.updated_at == datetime(2026, 11, 21, 21, tzinfo=UTC)
    assert found["213:mobile:2026-11-22:продвижение"].payload["results"] == []


def test_what_was_paid_for_is_not_asked_for_again_and_stays_loadable(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [Given(body=packed(PAGE)), Given(status=500), Given(body=packed(PAGE))]
    with fake_provider(lambda request: answers.pop(0)) as server:
        with pytest.raises(SourceUnavailable):
            records(connector(server.url, place))
        again = records(connector(server.url, place))
        assert len(again) == 2
        assert answers == []
        monkeypatch.setenv("VORONKA_AS_OF", "2026-11-25T05:00:00+00:00")
        assert records(connector(server.url, place)) == again
        assert records(connector(server.url, place), YESTERDAY) == {}


def test_the_budget_of_the_day_ends_the_collection_and_keeps_what_is_there(place: Path) -> None:
    with fake_provider(lambda request: Given(body=packed(PAGE))) as server:
        made = connector(server.url, place, budget_rub_per_day=0.9)
        (page,) = made.pages("serps", TODAY)
        (again,) = connector(server.url, place, budget_rub_per_day=0.9).pages("serps", TODAY)
    # 0.488 roubles each by day: one is within 0.9, two are not
    assert len(page.records) == len(again.records) == 1
    (refused,) = page.rejections
    assert (refused.code, refused.payload) == ("over_budget", ["продвижение"])
    assert "0.49 roubles are spent of 0.90" in refused.reason
    finding = next(f for f in made.probe() if f.check == "a day is within the budget")
    assert not finding.ok
    assert finding.message.startswith("0.98 of 0.90")


def test_night_is_cheaper(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_AS_OF", "2026-11-22T04:59:00+00:00")
    with fake_provider(lambda request: Given(body=packed(PAGE))) as server:
        assert len(records(connector(server.url, place, budget_rub_per_day=0.74))) == 2


def test_the_estimate_counts_requests_and_prices(place: Path) -> None:
    count, prices = connector("http://127.0.0.1:9", place).estimate()
    assert count == 2
    assert prices == [
        ("sync", "day", pytest.approx(0.976)),
        ("sync", "night", pytest.approx(0.732)),
        ("deferred", "day", pytest.approx(0.061)),
        ("deferred", "night", pytest.approx(0.05082)),
    ]


def test_ordered_pages_are_fetched_when_they_are_ready(place: Path) -> None:
    polls: list[str] = []
    orders: list[str] = []

    def answer(request: Asked) -> Given:
        if request.path == "/v2/web/searchAsync":
            orders.append(request.body["query"]["queryText"])
            return Given(body={"id": request.body["query"]["queryText"][:3].encode().hex(), "done": False})
        polls.append(request.path)
        done = len(polls) > 2
        return Given(body={"done": done, "response": packed(PAGE)} if done else {"done": False})

    sleep = SleepBook()
    with fake_provider(answer) as server:
        with pytest.raises(SourceUnavailable, match="2 ordered pages are not ready"):
            records(connector(server.url, place, mode="deferred", polls=1))
        assert len(records(connector(server.url, place, sleep, mode="deferred"))) == 2
    assert len(polls) == 4
    assert orders == ["seo аудит", "продвижение"]


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        (Given(body={"rawData": "%%%"}), ShapeChanged, "no XML in base64"),
        (Given(body={}), ShapeChanged, "no rawData"),
        (Given(body=packed('<!DOCTYPE a [<!ENTITY b "c">]><a/>')), ShapeChanged, "declares entities"),
        (Given(body=packed(ERROR.format(20))), SourceUnavailable, "20: нет"),
        (Given(status=401, body={"message": "Unknown api key"}), NotAuthorised, "Unknown api key"),
        (Given(status=403, body={"message": "no"}), NotAuthorised, "search-api.webSearch.user"),
    ],
)
def test_other_answers_are_told_apart(place: Path, given: Given, kind: type[Exception], words: str) -> None:
    with fake_provider(lambda request: given) as server, pytest.raises(kind, match=words):
        records(connector(server.url, place))


def test_bad_lines_are_named_and_the_rest_is_kept(place: Path) -> None:
    lines = [
        "site.example;a;;moscow;desktop;",
        ";b;;213;;",
        "site.example;c;;213;fridge;",
        "site.example;d;;213;;x",
    ]
    (place / "phrases.csv").write_text(FILE + "\n".join(lines), encoding="utf-8")
    (page,) = connector("http://127.0.0.1:9", place).pages("keywords", TODAY)
    assert [r.code for r in page.rejections] == ["bad_region", "missing_cell", "bad_device", "bad_volume"]
    assert page.rejections[0].reason.startswith("phrases.csv, line 5: region is 'moscow'")
    assert [r.source_id for r in page.records] == [
        "site.example:213:desktop:seo аудит",
        "rival.example:213:desktop:seo аудит",
        "site.example:213:mobile:продвижение",
    ]
    assert page.records[0].payload["volume"] == 1000
    assert page.records[0].payload["subdomains"] is True


def test_a_missing_file_and_missing_options_are_named(place: Path) -> None:
    with pytest.raises(ShapeChanged, match="keywords_file"):
        list(connector("http://127.0.0.1:9", place, keywords_file="/nowhere.csv").pages("keywords", TODAY))
    for option in ("folder_id", "keywords_file", "budget_rub_per_day"):
        with pytest.raises(ConfigurationError, match=option):
            connector("http://127.0.0.1:9", place, **{option: ""})
