"""The exchange's JSON-RPC."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.apis.uis.records import CALL_FIELDS, EMPLOYEE_FIELDS, LEG_FIELDS, NUMBER_FIELDS
from sandbox.tests.serving import Live

FEBRUARY = {"date_from": "2026-02-01 00:00:00", "date_till": "2026-02-28 23:59:59"}


def _calls(api: Live, **params: Any) -> dict[str, Any]:
    answer = api.rpc("get.calls_report", **{**FEBRUARY, **params})
    assert "error" not in answer, answer
    found: dict[str, Any] = answer["result"]
    return found


def _error(api: Live, **params: Any) -> tuple[int, str]:
    error = api.rpc("get.calls_report", **{**FEBRUARY, **params})["error"]
    return error["code"], error["data"]["mnemonic"]


def test_a_call_in_full_in_local_time(api: Live) -> None:
    result = _calls(
        api,
        fields=["id", "start_time", "finish_time", "employees", "last_answered_employee_id", "campaign_name"],
    )
    # 21:30 UTC on the 1st is half past midnight on the 2nd in Moscow; 12 s of waiting and 95 s of talk follow.
    assert result["data"][0] == {
        "id": 1001,
        "start_time": "2026-02-02 00:30:00",
        "finish_time": "2026-02-02 00:31:47",
        "employees": [
            {
                "employee_id": 55001,
                "employee_full_name": "Ковалёва Ирина",
                "is_answered": True,
                "is_talked": True,
            }
        ],
        "last_answered_employee_id": 55001,
        "campaign_name": "yandex",
    }
    assert result["metadata"]["total_items"] == 3


def test_default_fields_hold_neither_employees_nor_campaigns(api: Live) -> None:
    answered, missed, withheld = _calls(api)["data"]
    assert "employees" not in answered
    assert (answered["talk_duration"], answered["wait_duration"], answered["total_duration"]) == (95, 12, 107)
    assert (missed["is_lost"], missed["talk_duration"], missed["wait_duration"], missed["call_records"]) == (
        True,
        0,
        30,
        [],
    )
    assert (withheld["contact_phone_number"], withheld["wait_duration"]) == (None, None)


@pytest.mark.parametrize(("start", "end", "expected"), [
    ("2026-02-02 00:30:00", "2026-02-02 00:30:00", [1001]),
    ("2026-02-02 00:30:01", "2026-02-02 12:00:00", [1002]),
    ("2026-02-01 00:00:00", "2026-02-01 23:59:59", []),
])  # fmt: skip
def test_the_interval_is_local_and_closed(api: Live, start: str, end: str, expected: list[int]) -> None:
    assert [call["id"] for call in _calls(api, date_from=start, date_till=end)["data"]] == expected


def test_paging_sort_and_filter(api: Live) -> None:
    page = _calls(api, limit=1, offset=1, sort=[{"field": "start_time", "order": "desc"}], fields=["id"])
    assert (page["data"], page["metadata"]["total_items"]) == ([{"id": 1002}], 3)
    incoming = {"field": "direction", "operator": "=", "value": "in"}
    lost = {"field": "is_lost", "operator": "=", "value": True}
    assert [c["id"] for c in _calls(api, filter=incoming)["data"]] == [1001, 1002]
    both = {"condition": "and", "filters": [incoming, lost]}
    assert [c["id"] for c in _calls(api, filter=both)["data"]] == [1002]
    either = {"condition": "or", "filters": [{**incoming, "value": "out"}, lost]}
    assert [c["id"] for c in _calls(api, filter=either)["data"]] == [1002, 1003]


@pytest.mark.parametrize(("params", "expected"), [
    ({"fields": ["id", "nonsense"]}, (-32602, "invalid_parameter_value")),
    ({"sort": [{"field": "utm_source"}]}, (-32602, "invalid_parameter_value")),
    ({"filter": {"field": "nonsense", "operator": "=", "value": 1}}, (-32602, "invalid_parameter_value")),
    ({"limit": 10001}, (-32602, "invalid_parameter_value")),
    ({"offset": 100001}, (-32602, "invalid_parameter_value")),
    ({"date_from": "2026-02-01T00:00:00"}, (-32602, "invalid_parameter_value")),
    ({"date_from": "2025-11-01 00:00:00"}, (-32602, "date_interval_limit_reached")),
    ({"access_token": "uis-key-nobody"}, (-32001, "access_token_invalid")),
])  # fmt: skip
def test_errors_come_with_200_and_a_mnemonic(
    api: Live, params: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert _error(api, **params) == expected


def test_a_call_without_id_is_no_notification(api: Live) -> None:
    answer = api.http.post(
        f"{api.url}/uis/v2.0", json={"jsonrpc": "2.0", "method": "get.account", "params": {}}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (200, -32099)
    batch = api.http.post(f"{api.url}/uis/v2.0", json=[{"jsonrpc": "2.0", "id": 1}])
    assert batch.json()["error"]["code"] == -32700


def test_only_successful_calls_cost_points(api: Live) -> None:
    before = _calls(api)["metadata"]["limits"]["day_remaining"]
    _error(api, limit=10001)
    after = _calls(api)["metadata"]["limits"]
    assert after["day_remaining"] == before - 1
    api.control("POST", "limits", {"uis_per_minute": 1})
    assert _error(api) == (-32029, "limit_exceeded")


def test_account_employees_and_lines(api: Live) -> None:
    assert api.rpc("get.account")["result"]["data"] == [
        {"app_id": 31420001, "name": "Агентство «Север»", "timezone": "Europe/Moscow"}
    ]
    employees = api.rpc("get.employees", fields=["id", "email", "full_name"])["result"]["data"]
    assert employees == [
        {"id": 55001, "email": "irina@sever.example", "full_name": "Ковалёва Ирина"},
        {"id": 55002, "email": "oleg@sever.example", "full_name": "Демидов Олег"},
    ]
    crm_mails = {user["email"] for user in api.items("users", "users")}
    assert {employee["email"] for employee in employees} == crm_mails
    lines = api.rpc("get.virtual_numbers", fields=["virtual_phone_number"])["result"]["data"]
    assert lines == [{"virtual_phone_number": "74951230001"}, {"virtual_phone_number": "74951230002"}]
    assert api.rpc("get.nothing")["error"]["data"]["mnemonic"] == "method_not_found"


def test_legs_of_a_call(api: Live) -> None:
    legs = api.rpc("get.call_legs_report", **FEBRUARY)["result"]["data"]
    assert [(leg["call_session_id"], leg["is_operator"], leg["employee_id"]) for leg in legs] == [
        (1001, False, None),
        (1001, True, 55001),
        (1002, False, None),
        (1003, False, None),
        (1003, True, 55002),
    ]


def test_calls_appear_once_they_are_over(api: Live) -> None:
    api.control("POST", "clock", {"now": "2026-02-01T21:31:00+00:00"})
    assert _calls(api)["data"] == []
    api.control("POST", "clock", {"now": "2026-02-01T21:31:47+00:00"})
    assert [call["id"] for call in _calls(api)["data"]] == [1001]


def test_every_field_can_be_asked_for_even_when_there_is_no_call(api: Live) -> None:
    everything = _calls(api, fields=list(CALL_FIELDS))["data"]
    assert [tuple(call) for call in everything] == [CALL_FIELDS] * 3
    api.control("POST", "clock", {"now": "2026-01-15T00:00:00+00:00"})
    assert _calls(api, fields=list(CALL_FIELDS))["data"] == []
    assert api.rpc("get.call_legs_report", **FEBRUARY, fields=list(LEG_FIELDS))["result"]["data"] == []
    assert api.rpc("get.virtual_numbers", fields=list(NUMBER_FIELDS))["result"]["data"] == []
    assert len(api.rpc("get.employees", fields=list(EMPLOYEE_FIELDS))["result"]["data"]) == 2
