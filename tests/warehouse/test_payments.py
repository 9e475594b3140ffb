"""Payments of the bank beside those of the CRM, over both agencies of the small world."""

from __future__ import annotations

import pytest

from tests.support.built_warehouse import BuiltWarehouse

ACCOUNTS = ("sever", "altai")
INTEREST = 100


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_bank_agrees_with_the_crm_for_every_client_and_month(
    built_warehouse: BuiltWarehouse, account: str
) -> None:
    rows = built_warehouse.rows(
        """
        select month_start, client_id, bank_payments, bank_amount::bigint, crm_amount::bigint,
            difference::bigint
        from marts.payment_reconciliation_monthly where account_id = %s
        """,
        (account,),
    )
    clients = [row for row in rows if row["client_id"]]
    unknown = [row for row in rows if not row["client_id"]]
    truth = built_warehouse.truth[account]

    assert [row for row in clients if row["difference"]] == []
    assert sum(row["bank_amount"] for row in clients) == truth["payments"]["amount"] > 0
    assert {(row["bank_payments"], row["difference"]) for row in unknown} == {(1, INTEREST)}
    assert sum(row["bank_payments"] for row in rows) == truth["bank"]["count"]
    assert sum(row["bank_amount"] for row in rows) == truth["bank"]["amount"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_what_has_no_client_is_listed(built_warehouse: BuiltWarehouse, account: str) -> None:
    unmatched = built_warehouse.rows(
        "select reason, payer_name, amount::int, purpose from marts.unmatched_payments where account_id = %s",
        (account,),
    )

    assert len(unmatched) == built_warehouse.truth[account]["bank"]["unmatched"]
    assert {(row["reason"], row["payer_name"], row["amount"]) for row in unmatched} == {
        ("no_client_found", "АО «Банк»", INTEREST)
    }


def test_one_source_counts(built_warehouse: BuiltWarehouse) -> None:
    (row,) = built_warehouse.rows("select array_agg(distinct source) as sources from marts.fct_payments")
    assert row["sources"] == ["transactions"]
