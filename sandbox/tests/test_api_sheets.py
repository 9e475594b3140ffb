"""The spreadsheet beside the CRM: what it says of the facts, and how the values API gives it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from sandbox.agency.model import Contract
from sandbox.agency.sheets import CONTRACTS, PLANS, SPEND, STAFF, sheet_rows, sheets
from sandbox.tests.agency_worlds import UNTIL as WORLD_END
from sandbox.tests.agency_worlds import small_world
from sandbox.tests.serving import SLUG, Live
from sandbox.tests.tiny import UNTIL, tiny

SERIALS_FROM = date(1899, 12, 30).toordinal()


def ask(api: Live, path: str, token: str = f"sheets-key-{SLUG}", **query: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return api.http.get(f"{api.url}/sheets/v4/spreadsheets/{path}", headers=headers, params=query, timeout=20)


@pytest.fixture
def signed(api: Live) -> Iterator[None]:
    """The tiny tenant with one contract, for a while."""
    tenant = api.sandbox.tenants[SLUG]
    contract = Contract(
        "c-1", 17000201, "SEO", Decimal(60000), date(2026, 2, 1), None, "new", is_recurring=True
    )
    tenant.contracts.append(contract)
    api.sandbox.set_broken(SLUG, frozenset())  # which forgets what was rendered before
    yield
    tenant.contracts.remove(contract)
    api.sandbox.set_broken(SLUG, frozenset())


def test_the_spreadsheet_names_its_tabs(api: Live) -> None:
    answer = ask(api, "sheet-sever", fields="sheets.properties").json()
    titles = [sheet["properties"]["title"] for sheet in answer["sheets"]]
    assert titles[:6] == ["Договоры", "Планы", "Сотрудники", "Расходы", "Ставки", "Зарплаты"]
    assert len(titles) == 20


@pytest.mark.usefixtures("signed")
def test_values_are_ragged_numbers_and_day_numbers(api: Live) -> None:
    query = {"ranges": ["'Договоры'", "'Сотрудники'!A1:Z9"], "valueRenderOption": "UNFORMATTED_VALUE"}
    contracts, staff = ask(api, "sheet-sever/values:batchGet", **query).json()["valueRanges"]
    assert contracts["majorDimension"] == "ROWS"
    header, row = contracts["values"]
    assert header[:6] == ["№ договора", "Клиент", "Услуга", "Стоимость", "Валюта", "Начало"]
    day = date(2026, 2, 1).toordinal() - SERIALS_FROM
    assert row == ["c-1", 17000201, "SEO", 60000, "RUB", day, "", "новый", "да", "месяц"]
    assert staff["values"][1][0] == "irina@sever.example"
    [formatted] = ask(api, "sheet-sever/values:batchGet", ranges="Договоры").json()["valueRanges"]
    assert formatted["values"][1][3:6] == ["60\u00a0000", "RUB", "01.02.2026"]
    one = ask(api, "sheet-sever/values/'Договоры'!A1:Z500", valueRenderOption="UNFORMATTED_VALUE").json()
    assert one["values"] == contracts["values"]


@pytest.mark.parametrize(
    ("path", "token", "status", "said"),
    [
        ("sheet-sever", "nonsense", 401, "UNAUTHENTICATED"),
        ("sheet-altai", "sheets-key-sever", 403, "PERMISSION_DENIED"),
        ("book", "sheets-key-sever", 404, "NOT_FOUND"),
        ("sheet-sever/values/Нет", "sheets-key-sever", 400, "INVALID_ARGUMENT"),
    ],
)
def test_refusals(api: Live, path: str, token: str, status: int, said: str) -> None:
    answer = ask(api, path, token)
    assert (answer.status_code, answer.json()["error"]["status"]) == (status, said)


def test_bad_cells_on_demand(api: Live) -> None:
    api.control("POST", "broken", {"account": SLUG, "kinds": ["bad_cells"]})
    [spoilt] = ask(api, "sheet-sever/values:batchGet", ranges="Договоры").json()["valueRanges"]
    assert [row[0] for row in spoilt["values"][1:]] == ["bad-1", "bad-2"]
    api.control("DELETE", "broken")


def test_rows_are_the_facts_that_are_known_by_then() -> None:
    tenant = small_world().tenants["altai"]
    now = datetime(2026, 9, 30, 20, tzinfo=UTC)  # 1 October in Almaty
    today = now.astimezone(ZoneInfo(tenant.time_zone)).date()
    assert today == date(2026, 10, 1)
    made = sheets(tenant, now)
    known = [c for c in tenant.contracts if c.started_on <= today]
    assert 0 < len(known) < len(tenant.contracts)
    assert [row[0] for row in made[CONTRACTS][1:]] == [c.contract_id for c in known]
    assert sum(row[3] for row in made[CONTRACTS][1:]) == sum(c.fee for c in known)  # type: ignore[misc]
    named = [row[1] for row in made[CONTRACTS][1:] if isinstance(row[1], str)]
    names = [company.name for company in tenant.companies]
    assert named
    assert all(names.count(name) == 1 for name in named)
    assert {row[0] for row in made[SPEND][1:]} <= {date(2026, m, 1) for m in range(1, 10)}
    assert date(2026, 11, 1) in {row[0] for row in made[PLANS][1:]}
    assert len(made[STAFF]) - 1 == len(tenant.users)
    assert sheets(tenant, now) == made
    assert sheets(tenant, WORLD_END) != made


def test_rows_are_counted_for_the_truth() -> None:
    counts = sheet_rows(tiny(), UNTIL)
    expected = {
        "sheet_contracts": 0,
        "sheet_plans": 12,  # January to April: revenue and two plans of leads
        "sheet_roster": 2,
        "sheet_spend": 6,  # three sources in January and February
        "sheet_partner_terms": 3,
        "sheet_salary_index": 5,  # five regions in one year
        "sheet_payroll": 6,  # two employees in January and February, and a bonus of the first of them
    }
    assert {name: counts[name] for name in expected} == expected
    first = list(expected)[:4]
    assert counts["sheets_other"] == sum(
        count for name, count in counts.items() if name not in (*first, "sheets_other")
    )
