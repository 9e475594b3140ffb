"""The CRM's lists, exactly: envelopes, pages, order, filters, shapes."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from sandbox.tests.serving import Live
from sandbox.tests.tiny import FIRST, INCOMING, IRINA, OFFER, OLEG, PIPELINE, at

WON_LEAD, LOST_LEAD, BINNED_LEAD, OPEN_LEAD = 25600101, 25600102, 25600103, 25600104


def ids(rows: list[dict[str, object]]) -> list[object]:
    return [row["id"] for row in rows]


def stamp(month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(at(month, day, hour, minute).timestamp())


def test_leads_are_those_that_are_neither_deleted_nor_merged(api: Live) -> None:
    answer = api.crm("leads")
    assert answer.headers["content-type"] == "application/hal+json"
    page = answer.json()
    assert ids(page["_embedded"]["leads"]) == [WON_LEAD, LOST_LEAD, OPEN_LEAD]
    assert page["_page"] == 1
    assert page["_links"] == {"self": {"href": f"{api.url}/amocrm/sever/api/v4/leads?page=1&limit=50"}}
    assert "_total_items" not in page


def test_a_lead_in_full(api: Live) -> None:
    lead = api.crm(f"leads/{WON_LEAD}?with=contacts,loss_reason").json()
    links = {"self": {"href": f"{api.url}/amocrm/sever/api/v4/leads/{WON_LEAD}"}}
    assert lead.pop("custom_fields_values") == [
        _value(990001, "Услуга", "select", {"value": "SEO", "enum_id": 550001, "enum_code": None}),
        # Midnight of 1 January in Moscow is 21:00 UTC of the day before.
        _value(990002, "Дата старта", "date", {"value": 1767214800}),
        _value(990003, "Бюджет", "numeric", {"value": "1500.50"}),
        _value(990004, "Срочно", "checkbox", {"value": True}),
        {**_value(990005, "utm_source", "tracking_data", {"value": "yandex"}), "field_code": "UTM_SOURCE"},
        _value(990006, "Встреча", "date_time", {"value": stamp(2, 1, 12)}),
    ]
    embedded = lead.pop("_embedded")
    assert embedded["tags"] == [{"id": 3101, "name": "сайт", "color": None}]
    assert ids(embedded["companies"]) == [17000201]
    assert [(row["id"], row["is_main"]) for row in embedded["contacts"]] == [
        (16000301, True),
        (16000302, False),
    ]
    assert embedded["loss_reason"] == []
    assert lead == {
        "id": WON_LEAD,
        "name": "SEO для stroy-dom.example",
        "price": 180000,
        "responsible_user_id": OLEG,
        "group_id": 7,
        "status_id": 142,
        "pipeline_id": PIPELINE,
        "loss_reason_id": None,
        "created_by": 0,
        "updated_by": IRINA,
        "created_at": stamp(2, 1, 9),
        "updated_at": stamp(2, 10, 10),
        "closed_at": stamp(2, 10, 10),
        "closest_task_at": None,
        "is_deleted": False,
        "score": None,
        "account_id": 31420001,
        "labor_cost": None,
        "_links": links,
    }


def _value(field_id: int, name: str, kind: str, element: dict[str, object]) -> dict[str, object]:
    return {
        "field_id": field_id,
        "field_name": name,
        "field_code": None,
        "field_type": kind,
        "values": [element],
    }


def test_a_lost_lead_names_its_reason_and_empty_fields_are_null(api: Live) -> None:
    lead = api.crm(f"leads/{LOST_LEAD}?with=loss_reason").json()
    assert (lead["status_id"], lead["loss_reason_id"], lead["custom_fields_values"]) == (143, 8800001, None)
    assert lead["_embedded"]["loss_reason"][0]["name"] == "Дорого"
    assert "contacts" not in lead["_embedded"]


def test_the_nearest_open_task_shows_on_its_lead(api: Live) -> None:
    assert api.crm(f"leads/{OPEN_LEAD}").json()["closest_task_at"] == stamp(3, 5)


def test_the_recycle_bin_gives_stripped_rows(api: Live) -> None:
    (row,) = api.items("leads?with=only_deleted", "leads")
    assert (row["id"], row["is_deleted"], row["updated_at"]) == (BINNED_LEAD, True, stamp(2, 20, 9))
    assert row["name"] is None
    assert row["pipeline_id"] is None
    assert row["custom_fields_values"] is None


@pytest.mark.parametrize(
    "path", ["leads/25600103", "leads/25600105", "leads/1", "leads?page=9", "contacts/tags"]
)
def test_what_is_not_there_is_204_and_empty(api: Live, path: str) -> None:
    answer = api.crm(path)
    assert (answer.status_code, answer.content) == (204, b"")


def test_unknown_routes_are_404_problems_and_calls_cannot_be_read(api: Live) -> None:
    answer = api.crm("nonsense")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert api.crm("leads/bin").status_code == 404
    assert api.crm("calls").status_code == 405
    assert api.http.get(f"{api.url}/amocrm/nobody/api/v4/leads").status_code == 404


def test_pages_link_forward_and_back_and_can_be_followed(api: Live) -> None:
    first = api.crm("leads?limit=2&with=contacts").json()
    assert set(first["_links"]) == {"self", "next"}
    following = urlsplit(first["_links"]["next"]["href"])
    second = api.crm(f"leads?{following.query}").json()
    assert ids(second["_embedded"]["leads"]) == [OPEN_LEAD]
    assert set(second["_links"]) == {"self", "first", "prev"}


@pytest.mark.parametrize(("path", "used"), [
    ("leads?limit=250", 250),
    ("leads?limit=251", 50),
    ("leads?limit=0", 50),
    ("leads?limit=many", 50),
    ("events?limit=100", 100),
    ("events?limit=250", 50),
    ("leads", 50),
])  # fmt: skip
def test_a_limit_above_the_maximum_falls_back_to_50(api: Live, path: str, used: int) -> None:
    assert api.crm(path).json()["_links"]["self"]["href"].endswith(f"limit={used}")


@pytest.mark.parametrize(("query", "expected"), [
    ("order[updated_at]=asc", [LOST_LEAD, OPEN_LEAD, WON_LEAD]),
    ("order[updated_at]=desc", [WON_LEAD, OPEN_LEAD, LOST_LEAD]),
    ("order[id]=desc", [OPEN_LEAD, LOST_LEAD, WON_LEAD]),
    ("order[price]=desc", [WON_LEAD, LOST_LEAD, OPEN_LEAD]),
])  # fmt: skip
def test_order(api: Live, query: str, expected: list[int]) -> None:
    assert ids(api.items(f"leads?{query}", "leads")) == expected


@pytest.mark.parametrize(("query", "expected"), [
    (f"filter[updated_at][from]={stamp(2, 5, 9)}&filter[updated_at][to]={stamp(2, 10, 10)}", [WON_LEAD, LOST_LEAD, OPEN_LEAD]),
    (f"filter[updated_at][from]={stamp(2, 5, 9) + 1}", [WON_LEAD]),
    (f"filter[updated_at][to]={stamp(2, 10, 10) - 1}", [LOST_LEAD, OPEN_LEAD]),
    (f"filter[created_at][to]={stamp(2, 1, 9)}", [WON_LEAD]),
    ("filter[id][]=25600102&filter[id][]=25600104", [LOST_LEAD, OPEN_LEAD]),
    ("filter[id]=25600102", [LOST_LEAD]),
    (f"filter[responsible_user_id]={OLEG}", [WON_LEAD]),
    (f"filter[statuses][0][pipeline_id]={PIPELINE}&filter[statuses][0][status_id]=143", [LOST_LEAD]),
    ("filter[price][from]=1", [WON_LEAD]),
    ("filter[custom_fields_values][990001][]=550001", [WON_LEAD]),
    ("query=аудит", [OPEN_LEAD]),
])  # fmt: skip
def test_filters_with_the_package(api: Live, query: str, expected: list[int]) -> None:
    assert ids(api.items(f"leads?{query}", "leads")) == expected


def test_without_the_package_filters_are_ignored_in_silence(api: Live) -> None:
    api.control("POST", "filters", {"account": "sever", "mode": "ignored"})
    assert len(api.items("leads?filter[id]=25600102", "leads")) == 3
    assert len(api.items("contacts?filter[id]=16000301", "contacts")) == 2
    assert api.crm("companies?filter[id]=1").status_code == 200
    assert api.crm("customers?filter[id]=1").status_code == 200
    assert len(api.items("notes?filter[id]=77120044".replace("notes", "leads/notes"), "notes")) == 1
    assert len(api.items("events?filter[type]=lead_deleted", "events")) == 1
    assert len(api.items("tasks?filter[is_completed]=1", "tasks")) == 1
    assert ids(api.items("leads?order[updated_at]=desc", "leads"))[0] == WON_LEAD
    flag = api.crm("account?with=is_api_filter_enabled").json()["is_api_filter_enabled"]
    assert flag is False


def test_contacts(api: Live) -> None:
    contact, bare = api.items("contacts?with=leads,customers", "contacts")
    phone = {"enum_id": 440001, "enum_code": "WORK"}
    assert contact["custom_fields_values"][0] == {
        "field_id": 990101,
        "field_name": "Телефон",
        "field_code": "PHONE",
        "field_type": "multitext",
        "values": [{"value": "8 (916) 123-45-67", **phone}, {"value": "+79160000000", **phone}],
    }
    assert (contact["first_name"], contact["last_name"]) == ("Олег", "Строев")
    assert contact["updated_at"] == stamp(2, 12, 9)
    assert ids(contact["_embedded"]["leads"]) == [WON_LEAD, OPEN_LEAD]
    assert ids(contact["_embedded"]["customers"]) == [1340011]
    assert bare["custom_fields_values"] is None


def test_companies(api: Live) -> None:
    (company,) = api.items("companies?with=contacts", "companies")
    assert ids(company["_embedded"]["contacts"]) == [16000301, 16000302]
    assert "first_name" not in company
    assert "is_unsorted" not in company


def test_tasks_have_an_object_or_an_empty_list_as_result(api: Live) -> None:
    done, waiting = api.items("tasks", "tasks")
    assert (done["result"], done["is_completed"], done["updated_at"]) == (
        {"text": "Договорились"},
        True,
        stamp(2, 2, 12),
    )
    assert (waiting["result"], waiting["is_completed"]) == ([], False)
    assert ids(api.items(f"tasks?filter[updated_at][from]={stamp(2, 3)}", "tasks")) == [4400502]


def test_a_call_note_carries_the_exchange_id(api: Live) -> None:
    call, common = api.items("leads/notes", "notes")
    assert call["params"] == {
        "uniq": "1001",
        "duration": 95,
        "source": "uis",
        "link": "https://records.example/1001.mp3",
        "phone": "+79161234567",
        "call_responsible": IRINA,
        "call_result": "",
        "call_status": 4,
    }
    assert common["params"] == {"text": "Ждёт КП"}
    assert ids(api.items("leads/25600101/notes?filter[note_type]=common", "notes")) == [77120045]
    assert ids(api.items("contacts/notes", "notes")) == [77120046]
    assert api.crm("companies/notes").status_code == 204


def test_events_come_newest_first_with_string_ids_and_singular_types(api: Live) -> None:
    events = api.items("events?limit=100", "events")
    times = [event["created_at"] for event in events]
    assert times == sorted(times, reverse=True)
    move = next(event for event in events if event["id"] == f"01kmove{3:019d}")
    assert (move["type"], move["entity_type"], move["entity_id"]) == ("lead_status_changed", "lead", WON_LEAD)
    assert move["value_before"] == [{"lead_status": {"id": OFFER, "pipeline_id": PIPELINE}}]
    assert move["value_after"] == [{"lead_status": {"id": 142, "pipeline_id": PIPELINE}}]
    assert {len(event["id"]) for event in events} == {26}
    assert "_total_items" not in api.crm("events").json()


@pytest.mark.parametrize(("query", "expected"), [
    ("filter[type]=lead_status_changed", 4),
    ("filter[type][]=lead_status_changed&filter[type][]=lead_deleted", 5),
    ("filter[type]=lead_status_changed,lead_deleted", 5),
    (f"filter[type]=lead_status_changed&filter[created_at][from]={stamp(2, 2, 10)}&filter[created_at][to]={stamp(2, 5, 9)}", 2),
    (f"filter[type]=lead_status_changed&filter[created_at]={stamp(2, 5, 9)}", 2),
    ("filter[entity]=lead&filter[entity_id][]=25600102&filter[type]=lead_status_changed", 1),
    ("filter[entity]=task", 3),
])  # fmt: skip
def test_event_filters(api: Live, query: str, expected: int) -> None:
    assert len(api.items(f"events?limit=100&{query}", "events")) == expected


def test_customers_and_their_payments(api: Live) -> None:
    (customer,) = api.items("customers?with=contacts,companies", "customers")
    assert (customer["ltv"], customer["purchases_count"], customer["average_check"]) == (90000, 2, 45000)
    assert customer["updated_at"] == stamp(2, 25, 10)
    payments = api.items("customers/transactions?filter[updated_at][from]=9999999999", "transactions")
    assert [(row["id"], row["price"], row["completed_at"]) for row in payments] == [
        (902001, 60000, stamp(2, 11, 10)),
        (902002, 30000, stamp(2, 25, 10)),
    ]
    assert len(api.items("customers/1340011/transactions", "transactions")) == 2
    assert api.crm("customers/statuses").status_code == 422


def test_account(api: Live) -> None:
    account = api.crm(
        "account?with=datetime_settings,users_groups,task_types,is_api_filter_enabled,version"
    ).json()
    assert account["_embedded"]["datetime_settings"]["timezone"] == "Europe/Moscow"
    assert account["_embedded"]["datetime_settings"]["timezone_offset"] == "+03:00"
    assert account["_embedded"]["users_groups"] == [
        {"id": 0, "name": "SEO", "uuid": None},
        {"id": 7, "name": "Продажи", "uuid": None},
    ]
    assert (account["id"], account["subdomain"], account["currency"]) == (31420001, "sever", "RUB")
    assert account["is_api_filter_enabled"] is True
    assert "_embedded" not in api.crm("account").json()


def test_users_roles_and_the_token_of_an_employee(api: Live) -> None:
    page = api.crm("users?limit=1&with=role,group").json()
    assert (page["_total_items"], page["_page"], page["_page_count"]) == (2, 1, 2)
    (user,) = page["_embedded"]["users"]
    assert (user["email"], user["rights"]["is_admin"], user["rights"]["role_id"]) == (
        "irina@sever.example",
        True,
        None,
    )
    (role,) = api.items("roles?with=users", "roles")
    assert (role["id"], role["_embedded"]["users"]) == (3101, [OLEG])
    for path in ("users", "roles", f"users/{IRINA}"):
        assert api.crm(path, token="agent-sever").status_code == 403
    assert api.crm("leads", token="agent-sever").status_code == 200


def test_pipelines_repeat_142_and_143(api: Live) -> None:
    page = api.crm("leads/pipelines").json()
    assert page["_total_items"] == 1
    assert "_page" not in page
    statuses = page["_embedded"]["pipelines"][0]["_embedded"]["statuses"]
    assert [(s["id"], s["type"]) for s in statuses] == [
        (INCOMING, 1),
        (FIRST, 0),
        (OFFER, 0),
        (142, 0),
        (143, 0),
    ]
    assert {s["pipeline_id"] for s in statuses} == {PIPELINE}
    assert len(api.items(f"leads/pipelines/{PIPELINE}/statuses", "statuses")) == 5


def test_custom_fields_tags_reasons_and_event_types(api: Live) -> None:
    page = api.crm("leads/custom_fields?limit=4").json()
    assert (page["_total_items"], page["_page_count"]) == (6, 2)
    assert page["_links"]["last"]["href"].endswith("page=2&limit=4")
    assert page["_embedded"]["custom_fields"][0]["enums"][1] == {
        "id": 550002,
        "value": "SMM",
        "sort": 2,
        "code": None,
    }
    assert [row["code"] for row in api.items("contacts/custom_fields", "custom_fields")] == ["PHONE", "EMAIL"]
    assert api.items("leads/tags", "tags") == [{"id": 3101, "name": "сайт", "color": None}]
    assert ids(api.items("leads/loss_reasons", "loss_reasons")) == [8800001]
    types = api.crm("events/types?language_code=ru").json()
    assert types["_total_items"] == len(types["_embedded"]["events_types"])


def test_the_clock_shows_the_past(api: Live) -> None:
    api.control("POST", "clock", {"now": at(2, 4, 12).isoformat()})
    assert ids(api.items("leads", "leads")) == [WON_LEAD, LOST_LEAD, BINNED_LEAD]
    lead = api.crm(f"leads/{WON_LEAD}").json()
    assert (lead["status_id"], lead["price"], lead["closed_at"]) == (OFFER, 180000, None)
    assert len(api.items("events?filter[type]=lead_status_changed", "events")) == 2
    refused = api.http.post(f"{api.url}/sandbox/clock", json={"now": "2027-01-01T00:00:00Z"})
    assert refused.status_code == 422
