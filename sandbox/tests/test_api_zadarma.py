"""Zadarma's signed statistics."""

from __future__ import annotations

from typing import Any

from sandbox.apis.zadarma.service import signature
from sandbox.tests.serving import Live

FEBRUARY = {"start": "2026-02-01 00:00:00", "end": "2026-02-28 23:59:59"}


def _ask(api: Live, path: str, secret: str = "zadarma-secret-sever", **parameters: str) -> tuple[int, Any]:  # noqa: S107
    asked = {**parameters, "format": "json"}
    headers = {"Authorization": f"zadarma-key-sever:{signature(path, asked, secret)}"}
    answer = api.http.get(f"{api.url}/zadarma{path}", params=asked, headers=headers, timeout=10)
    return answer.status_code, answer.json()


def test_a_call_in_full_in_local_time(api: Live) -> None:
    status, answer = _ask(api, "/v1/statistics/pbx/", **FEBRUARY)
    # 21:30 UTC on the 1st is half past midnight on the 2nd in Moscow; 95 s of talk.
    assert status == 200
    assert len(answer["stats"]) == 3
    leg = answer["stats"][0]
    assert (leg["callstart"], leg["seconds"], leg["disposition"]) == ("2026-02-02 00:30:00", 95, "answered")
    assert leg["pbx_call_id"] == "in_1001"


def test_pages_by_skip_and_limit(api: Live) -> None:
    whole = _ask(api, "/v1/statistics/pbx/", **FEBRUARY)[1]["stats"]
    parts = [_ask(api, "/v1/statistics/pbx/", **FEBRUARY, skip=str(n), limit="2")[1]["stats"] for n in (0, 2)]
    assert [len(part) for part in parts] == [2, 1]
    assert parts[0] + parts[1] == whole


def test_a_long_period_is_cut_to_thirty_days(api: Live) -> None:
    answer = _ask(api, "/v1/statistics/pbx/", start="2026-01-01 00:00:00", end="2026-03-31 00:00:00")[1]
    assert answer["end"] == "2026-01-31 00:00:00"
    assert answer["stats"] == []


def test_zone_extensions_and_refusals(api: Live) -> None:
    assert _ask(api, "/v1/info/timezone/")[1]["timezone"] == "UTC+3"
    assert _ask(api, "/v1/pbx/internal/")[1]["numbers"]
    assert _ask(api, "/v1/info/timezone/", secret="wrong")[0] == 401
    assert _ask(api, "/v1/statistics/pbx/", start="yesterday", end="today")[0] == 400
    assert _ask(api, "/v1/unknown/")[0] == 404
