"""Limits, faults on demand and broken records, as a client sees them."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from sandbox.faults import FaultPlan
from sandbox.tests.serving import Live, live
from sandbox.traffic import RateLimiter


def test_over_seven_requests_a_second_is_429_in_plain_text() -> None:
    with live(rate_limit=7) as server:
        codes = [server.crm("account").status_code for _ in range(9)]
        assert codes == [200] * 7 + [429] * 2
        refused = server.crm("account")
        assert refused.headers["content-type"].startswith("text/plain")
        with pytest.raises(requests.JSONDecodeError):
            refused.json()
        server.control("POST", "limits", {"body": "json"})
        assert server.crm("account").json()["status"] == 429
        (row,) = server.control("GET", "requests?account=sever")
        assert row["rate_limited"] == 4
        assert row["total"] == 11
        assert row["duplicates"] == 10
        assert row["per_second_peak"] >= 6
        time.sleep(1.05)
        assert server.crm("account").status_code == 200


def test_knocking_on_leads_to_a_block_that_only_support_lifts() -> None:
    with live(rate_limit=1) as server:
        server.control("POST", "limits", {"block_after": 3})
        codes = [server.crm("account").status_code for _ in range(6)]
        assert codes == [200, 429, 429, 429, 429, 403]
        blocked = server.crm("account")
        assert (blocked.status_code, blocked.headers["content-type"]) == (403, "text/html; charset=utf-8")
        assert "nginx" in blocked.text
        assert server.token(grant_type="authorization_code", code="code-sever").status_code == 403
        assert server.http.get(f"{server.url}/amocrm/altai/api/v4/account").status_code == 401
        time.sleep(1.05)
        assert server.crm("account").status_code == 403
        server.control("POST", "unblock", {"account": "sever"})
        assert server.crm("account").status_code == 200


def test_the_block_counts_refusals_of_the_last_30_seconds() -> None:
    limiter = RateLimiter(7)
    for second in range(8):
        for _ in range(7):
            assert limiter.admit("a", float(second * 40))
        assert not any(limiter.admit("a", second * 40 + 0.5) for _ in range(60))
    assert not limiter.is_blocked("a")
    assert not limiter.admit("a", 7 * 40 + 0.6)
    assert limiter.is_blocked("a")
    assert not limiter.is_blocked("b")


@pytest.mark.parametrize("kind", ["500", "502", "503", "504"])
def test_server_errors_are_html(api: Live, kind: str) -> None:
    api.control("POST", "faults", {"kind": kind, "count": 1})
    answer = api.crm("leads")
    assert (answer.status_code, "html" in answer.headers["content-type"]) == (int(kind), True)
    assert api.crm("leads").status_code == 200


def test_429_comes_in_bursts(api: Live) -> None:
    api.control("POST", "faults", {"kind": "429", "count": 3, "burst": 3, "rate": 1})
    assert [api.crm("leads").status_code for _ in range(4)] == [429, 429, 429, 200]


def test_a_fault_concerns_its_provider_and_account_only(api: Live) -> None:
    api.control("POST", "faults", {"kind": "500", "provider": "uis", "account": "sever"})
    api.control("POST", "faults", {"kind": "502", "provider": "amocrm", "account": "altai"})
    assert api.crm("leads").status_code == 200
    headers = {"Authorization": "Bearer long-altai"}
    assert api.http.get(f"{api.url}/amocrm/altai/api/v4/leads", headers=headers).status_code == 502
    call = {"jsonrpc": "2.0", "id": 1, "method": "get.account", "params": {"access_token": "uis-key-sever"}}
    assert api.http.post(f"{api.url}/uis/v2.0", json=call).status_code == 500


def test_uis_and_topvisor_word_their_limits_inside_200(api: Live) -> None:
    api.control("POST", "faults", {"kind": "429"})
    error = api.rpc("get.account")["error"]
    assert (error["code"], error["data"]["mnemonic"]) == (-32029, "limit_exceeded")
    assert api.rank("get/projects_2/projects")["errors"][0]["code"] == 429
    rows = {row["provider"]: row["rate_limited"] for row in api.control("GET", "requests")}
    assert rows == {"uis": 1, "topvisor": 1}


def test_a_cut_body_promises_more_than_it_sends(api: Live) -> None:
    api.control("POST", "faults", {"kind": "cut", "count": 2})
    for path in ("leads", "contacts/tags"):
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            api.crm(path)
    assert api.crm("leads").status_code == 200


def test_html_instead_of_json_comes_with_200(api: Live) -> None:
    api.control("POST", "faults", {"kind": "html", "count": 1})
    answer = api.crm("leads")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_a_held_answer_outlasts_a_patient_client(api: Live) -> None:
    api.control("POST", "faults", {"kind": "timeout", "count": 2, "seconds": 1})
    with pytest.raises(requests.exceptions.ReadTimeout):
        api.http.get(f"{api.url}/amocrm/sever/api/v4/leads", timeout=0.3)
    started = time.monotonic()
    assert api.crm("leads").status_code == 200
    assert time.monotonic() - started >= 1


def test_a_wrong_clock_shows_in_the_date_header_and_the_token_answer(api: Live) -> None:
    assert abs(parsedate_to_datetime(api.crm("leads").headers["date"]).timestamp() - time.time()) < 5
    api.control("POST", "faults", {"kind": "clock_skew", "seconds": -600})
    assert abs(parsedate_to_datetime(api.crm("leads").headers["date"]).timestamp() + 600 - time.time()) < 5
    pair = api.token(grant_type="authorization_code", code="code-sever").json()
    assert abs(pair["server_time"] + 600 - time.time()) < 5


def _walk(api: Live, path: str, key: str) -> list[Any]:
    found: list[Any] = []
    address = f"{path}{'&' if '?' in path else '?'}page=1"
    while True:
        answer = api.crm(address)
        if answer.status_code == 204:
            return found
        page = answer.json()
        found += [row["id"] for row in page["_embedded"][key]]
        if "next" not in page["_links"]:
            return found
        address = page["_links"]["next"]["href"].split("/api/v4/")[1]


def test_duplicated_pages_repeat_rows_and_lose_none(api: Live) -> None:
    honest = _walk(api, "events?limit=3", "events")
    api.control("POST", "faults", {"kind": "duplicated_pages", "rate": 1})
    doubled = _walk(api, "events?limit=3", "events")
    assert sorted(set(doubled)) == sorted(honest)
    assert doubled == honest[:3] + honest


def test_shifting_pages_lose_a_row_at_each_border_and_rest_on_the_second_walk(api: Live) -> None:
    honest = _walk(api, "events?limit=5", "events")
    api.control("POST", "faults", {"kind": "shifting_pages", "rate": 1})
    moving = _walk(api, "events?limit=5", "events")
    assert set(honest) - set(moving) == {honest[5 + 6 * n] for n in range((len(honest) - 1) // 6)}
    assert len(moving) == len(honest)
    assert _walk(api, "events?limit=5", "events") == honest


def test_the_same_seed_strikes_the_same_requests() -> None:
    def draws() -> list[str | None]:
        plan = FaultPlan(seed=7)
        plan.add({"kind": "mix", "rate": 0.3})
        return [strike.kind if (strike := plan.strike("amocrm", "sever")) else None for _ in range(1000)]

    first = draws()
    assert first == draws()
    struck = [kind for kind in first if kind]
    assert 240 < len(struck) < 360
    assert set(struck) == {"429", "500", "502", "503", "504", "timeout", "cut", "html"}


@pytest.mark.parametrize("order", [
    {"kind": "earthquake"},
    {"kind": "500", "rate": 2},
    {"kind": "500", "provider": "bitrix"},
    {"kind": "shifting_pages", "provider": "uis"},
    {"kind": "500", "probability": 1},
])  # fmt: skip
def test_faults_that_make_no_sense_are_refused(api: Live, order: dict[str, Any]) -> None:
    answer = api.http.post(f"{api.url}/sandbox/faults", json=order)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_broken_records_are_extra_and_go_away(api: Live) -> None:
    before = api.crm("leads").json()["_embedded"]["leads"]
    api.control("POST", "broken", {"account": "sever"})
    leads = api.items("leads", "leads")
    assert leads[: len(before)] == before
    no_pipeline, no_id, odd = leads[len(before) :]
    assert no_pipeline["pipeline_id"] is None
    assert "id" not in no_id
    assert odd["custom_fields_values"][0]["field_type"] == "hologram"
    event = next(e for e in api.items("events", "events") if e["id"].startswith("01zz"))
    assert event["value_after"] == "142"
    calls = api.rpc("get.calls_report", date_from="2026-02-01 00:00:00", date_till="2026-02-28 23:59:59")
    assert [c["talk_duration"] for c in calls["result"]["data"] if c["talk_duration"] < 0] == [-15]
    history = api.rank(
        "get/positions_2/history",
        project_id=412233,
        regions_indexes=[5],
        date1="2026-02-01",
        date2="2026-02-28",
    )
    assert [list(k["positionsData"].values()) for k in history["result"]["keywords"]][-1] == [
        {"position": "abc"}
    ]
    api.control("DELETE", "broken")
    assert api.items("leads", "leads") == before


def test_broken_kinds_can_be_chosen(api: Live) -> None:
    api.control("POST", "broken", {"account": "sever", "kinds": ["lead_without_id"]})
    assert len(api.items("leads", "leads")) == 4
    answer = api.http.post(f"{api.url}/sandbox/broken", json={"account": "sever", "kinds": ["x"]})
    assert answer.status_code == 422
