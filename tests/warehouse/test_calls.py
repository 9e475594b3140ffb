"""Calls of a loaded world: every flag, lead and recovery as the simulation works them out for itself."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.agency.model import Size, Snapshot, Tenant
from sandbox.agency.rings import rings_of
from sandbox.agency.truth_calls import judge, lead_of_calls
from sandbox.agency.world import build_world
from tests.support.built_warehouse import BuiltWarehouse
from tests.support.sandbox import SMALL

ACCOUNTS = ("sever", "altai")


@pytest.fixture(scope="module")
def tenants(built_warehouse: BuiltWarehouse) -> dict[str, Tenant]:
    """The world that the sandbox was serving, made again from its seed."""
    size = Size(
        **{name.replace("-", "_"): SMALL[name] for name in SMALL if name.replace("-", "_") in Size.__slots__}
    )
    return build_world(until=built_warehouse.as_of, size=size, accounts=SMALL["accounts"]).tenants


def _calls(built: BuiltWarehouse, account: str) -> dict[int, dict[str, Any]]:
    rows = built.rows("select * from marts.fct_calls where account_id = %s", (account,))
    return {int(row["source_call_id"]): row for row in rows}


def _seen(tenant: Tenant, built: BuiltWarehouse) -> Snapshot:
    return tenant.at(built.as_of)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_figures_equal_the_truth(built_warehouse: BuiltWarehouse, account: str) -> None:
    (found,) = built_warehouse.rows(
        """
        select
            count(*) as total,
            count(*) filter (where direction = 'in') as incoming,
            count(*) filter (where direction = 'out') as outgoing,
            count(*) filter (where is_missed) as missed,
            count(*) filter (where is_missed and not is_spam) as missed_not_spam,
            count(*) filter (where is_repeat and not is_spam) as repeats,
            count(*) filter (where is_short_abandon and not is_spam) as short_abandons,
            count(*) filter (where recovered_by = 'us' and not is_spam) as recovered_by_us,
            count(*) filter (where recovered_by = 'client' and not is_spam) as recovered_by_client,
            count(*) filter (where direction = 'out' and talk_seconds >= 30 and not is_spam) as successful_30s
        from marts.fct_calls where account_id = %s
        """,
        (account,),
    )

    assert found == built_warehouse.truth[account]["calls"]
    assert found["recovered_by_us"] > 0
    assert found["repeats"] > 0


@pytest.mark.parametrize("account", ACCOUNTS)
def test_calls_and_notes_agree_as_the_truth_says(built_warehouse: BuiltWarehouse, account: str) -> None:
    (found,) = built_warehouse.rows(
        """
        select
            sum(notes_in_crm)::int as notes,
            sum(matched)::int as matched,
            sum(missing_in_crm)::int as missing_in_crm,
            sum(missing_in_exchange)::int as missing_in_exchange
        from marts.call_reconciliation_daily where account_id = %s
        """,
        (account,),
    )
    listed = built_warehouse.rows(
        "select reason, count(*) as found from marts.call_reconciliation where account_id = %s group by reason",
        (account,),
    )

    assert found == built_warehouse.truth[account]["call_notes"]
    assert found["missing_in_crm"] > 0
    assert {row["reason"]: row["found"] for row in listed} == {"note_missing": found["missing_in_crm"]}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_call_is_there_as_it_was(
    built_warehouse: BuiltWarehouse, tenants: dict[str, Tenant], account: str
) -> None:
    expected = {
        item.call.call_id: (
            item.call.started_at,
            item.call.direction,
            item.call.wait_seconds,
            item.call.talk_seconds,
            item.call.client_number is None,
            item.is_missed,
            item.is_repeat,
            item.is_short_abandon,
            item.recovered_by,
        )
        for item in judge(_seen(tenants[account], built_warehouse).calls)
    }
    found = {
        number: (
            row["started_at"],
            row["direction"],
            row["wait_seconds"],
            row["talk_seconds"],
            row["client_number_key"] is None,
            row["is_missed"],
            row["is_repeat"],
            row["is_short_abandon"],
            row["recovered_by"],
        )
        for number, row in _calls(built_warehouse, account).items()
    }

    assert found == expected


@pytest.mark.parametrize(("account", "second"), [("sever", "mango"), ("altai", "megafon")])
def test_two_exchanges_of_an_account_join_without_overlap(
    built_warehouse: BuiltWarehouse, tenants: dict[str, Tenant], account: str, second: str
) -> None:
    calls = {call.call_id: call for call in _seen(tenants[account], built_warehouse).calls}
    found = {number: row["provider"] for number, row in _calls(built_warehouse, account).items()}

    assert found == {
        number: second if call.wait_seconds is not None and number % 2 else "uis"
        for number, call in calls.items()
    }
    assert set(found.values()) == {"uis", second}


def test_legs_are_the_telephones_that_rang(
    built_warehouse: BuiltWarehouse, tenants: dict[str, Tenant]
) -> None:
    tenant = tenants["sever"]
    users = {user.employee_id: f"sever:amocrm:{user.user_id}" for user in tenant.users}
    rows = built_warehouse.rows(
        "select * from marts.fct_call_legs where account_id = 'sever' and provider = 'mango' order by call_id, leg_no"
    )
    expected = []
    for number, call in sorted(_calls(built_warehouse, "sever").items(), key=lambda item: item[1]["call_id"]):
        if call["provider"] == "mango":
            [source] = [c for c in tenant.calls if c.call_id == number]
            for place, ring in enumerate(rings_of(tenant, source), 1):
                person = users.get(ring.person.employee_id) if ring.person else None
                talk = source.talk_seconds if ring.talked else 0
                expected.append((call["call_id"], place, person, ring.started_at, ring.ended_at, talk))

    assert [
        (r["call_id"], r["leg_no"], r["user_id"], r["started_at"], r["ended_at"], r["talk_seconds"])
        for r in rows
    ] == expected
    assert max(row["leg_no"] for row in rows) == 2


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_call_belongs_to_the_lead_the_crm_can_tell(
    built_warehouse: BuiltWarehouse, tenants: dict[str, Tenant], account: str
) -> None:
    expected = {
        call: f"{account}:amocrm:{lead}"
        for call, lead in lead_of_calls(_seen(tenants[account], built_warehouse)).items()
    }
    found = {
        number: row["lead_id"]
        for number, row in _calls(built_warehouse, account).items()
        if row["lead_id"] is not None
    }

    assert found == expected
    assert found


@pytest.mark.parametrize("account", ACCOUNTS)
def test_calls_carry_the_user_behind_the_employee(
    built_warehouse: BuiltWarehouse, tenants: dict[str, Tenant], account: str
) -> None:
    tenant = tenants[account]
    users = {user.employee_id: f"{account}:amocrm:{user.user_id}" for user in tenant.users}
    employees = {call.call_id: call.employee_id for call in _seen(tenant, built_warehouse).calls}

    found = {number: row["user_id"] for number, row in _calls(built_warehouse, account).items()}

    assert found == {number: users.get(employee or 0) for number, employee in employees.items()}
    assert set(found.values()) - {None}


def test_no_number_of_a_client_leaves_the_pii_schema(
    built_warehouse: BuiltWarehouse, tenants: dict[str, Tenant]
) -> None:
    numbers = {
        call.client_number
        for tenant in tenants.values()
        for call in tenant.calls
        if call.client_number is not None
    }
    text = "\n".join(
        row["line"]
        for table in (
            "marts.fct_calls",
            "intermediate.int_calls__unioned",
            "intermediate.int_calls__classified",
        )
        for row in built_warehouse.rows(f"select t::text as line from {table} as t")
    )

    assert numbers
    assert not {number for number in numbers if number in text}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_payments_equal_the_truth(
    built_warehouse: BuiltWarehouse, tenants: dict[str, Tenant], account: str
) -> None:
    rows = built_warehouse.rows("select * from marts.fct_payments where account_id = %s", (account,))
    found = {
        int(row["source_payment_id"]): (row["client_id"], row["amount"], row["paid_at"], row["currency"])
        for row in rows
    }
    tenant = tenants[account]
    expected = {
        paid.payment_id: (f"{account}:amocrm:{paid.company_id}", paid.amount, paid.paid_at, tenant.currency)
        for paid in _seen(tenant, built_warehouse).payments
    }

    assert found == expected
    assert built_warehouse.truth[account]["payments"]["count"] == len(found) > 0
