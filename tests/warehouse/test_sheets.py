"""What the sheets say arrives in staging as the simulation wrote it, with our keys."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from sandbox.agency.sheets import PLANS, SPEND, STAFF, known_contracts, sheets
from tests.support.built_warehouse import BuiltWarehouse
from tests.support.simulated import simulated_tenant

ACCOUNTS = ("sever", "altai")
TODAY = {"sever": "Europe/Moscow", "altai": "Asia/Almaty"}


def _today(made: BuiltWarehouse, account: str) -> date:
    found: date = made.value("select (%s::timestamptz at time zone %s)::date", (made.as_of, TODAY[account]))
    return found


@pytest.mark.parametrize("account", ACCOUNTS)
def test_contracts(built_warehouse: BuiltWarehouse, account: str) -> None:
    found = built_warehouse.rows(
        """
        select contract_id, source_contract_id, client_id, service, fee, currency_code, started_on, ended_on, change_reason,
            is_recurring, months_per_fee
        from staging.stg_sheets__contracts where account_id = %s
        """,
        (account,),
    )
    tenant = simulated_tenant(account)
    expected = [
        {
            "contract_id": f"{account}:sheets:{contract.contract_id}",
            "source_contract_id": contract.contract_id,
            "client_id": f"{account}:amocrm:{contract.company_id}",
            "service": contract.service,
            "fee": contract.fee,
            "currency_code": tenant.currency,
            "started_on": contract.started_on,
            "ended_on": contract.ended_on,
            "change_reason": contract.change_reason,
            "is_recurring": contract.is_recurring,
            "months_per_fee": 1,
        }
        for contract in known_contracts(tenant, _today(built_warehouse, account))
    ]
    assert len(expected) == built_warehouse.truth[account]["rows"]["sheet_contracts"] > 10
    assert sorted(found, key=lambda row: row["contract_id"]) == sorted(
        expected, key=lambda row: row["contract_id"]
    )  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_contracts_give_the_recurring_revenue_of_the_last_closed_month(
    built_warehouse: BuiltWarehouse, account: str
) -> None:
    last = built_warehouse.truth[account]["mrr"][-1]
    end = (date.fromisoformat(last["month_start"]) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    revenue = built_warehouse.value(
        """
        select sum(fee / months_per_fee) from staging.stg_sheets__contracts
        where account_id = %s and is_recurring and %s between started_on and coalesce(ended_on, 'infinity')
        """,
        (account, end),
    )
    assert revenue == Decimal(str(last["mrr_end"])) > 0


@pytest.mark.parametrize("account", ACCOUNTS)
def test_plans_count_in_their_latest_version(built_warehouse: BuiltWarehouse, account: str) -> None:
    tenant = simulated_tenant(account)
    users = {user.email: f"{account}:amocrm:{user.user_id}" for user in tenant.users}
    metrics = {"Выручка": "payments_amount", "Новые лиды": "leads_created", "Звонки": "calls_successful_30s"}
    expected = {}
    for month, metric, scope, owner, value, _, _ in sheets(tenant, built_warehouse.as_of)[PLANS][1:]:
        subject = (
            ("user", users[str(owner)])
            if owner
            else ("team", f"{account}:team:{scope}")
            if scope
            else ("company", account)
        )
        expected[(metrics[str(metric)], month, *subject)] = value  # a later row is a later version
    found = built_warehouse.rows(
        "select metric_id, period_type, period_start, subject_type, subject_id, value"
        " from staging.stg_sheets__plans where account_id = %s",
        (account,),
    )
    assert {row["period_type"] for row in found} == {"month"}
    assert {
        (row["metric_id"], row["period_start"], row["subject_type"], row["subject_id"]): row["value"]
        for row in found
    } == expected
    assert len(found) == len(expected) < built_warehouse.truth[account]["rows"]["sheet_plans"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_roster_and_spend(built_warehouse: BuiltWarehouse, account: str) -> None:
    made = sheets(simulated_tenant(account), built_warehouse.as_of)
    roster = built_warehouse.rows(
        "select * from staging.stg_sheets__roster where account_id = %s", (account,)
    )
    assert len(roster) == len(made[STAFF]) - 1
    assert all(row["user_id"] and row["hours_per_month"] in (80, 160) for row in roster)
    spend = built_warehouse.rows(
        "select spend_month, source, channel, cost, currency_code, vat_included"
        " from staging.stg_sheets__spend where account_id = %s",
        (account,),
    )
    expected = {(row[0], row[1]): Decimal(str(row[4])) for row in made[SPEND][1:]}
    assert {(row["spend_month"], row["source"]): row["cost"] for row in spend} == expected
    assert {(row["channel"], row["vat_included"]) for row in spend} == {("paid", True)}
