"""Invoices, links and the CRM's smaller lists in staging against the simulation's own truth."""

from __future__ import annotations

import pytest

from tests.support.built_warehouse import BuiltWarehouse

ACCOUNTS = ("sever", "altai")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_paid_invoices_are_what_clients_paid(built_warehouse: BuiltWarehouse, account: str) -> None:
    truth = built_warehouse.truth[account]
    (found,) = built_warehouse.rows(
        """
        select count(*) as invoices, count(*) filter (where is_paid) as paid,
            sum(price) filter (where is_paid) as paid_amount,
            count(*) filter (where is_paid <> (paid_at is not null)) as odd,
            count(*) filter (where company_id is null or customer_id is null or payer_inn !~ '^[0-9]{10}$') as lost
        from staging.stg_amocrm__invoices where account_id = %s
        """,
        (account,),
    )
    paid = truth["invoices"]
    assert found == {**paid, "invoices": truth["rows"]["invoices"], "odd": 0, "lost": 0}
    assert paid["paid"] < truth["rows"]["invoices"], "some are not paid"
    assert paid["paid_amount"] == truth["payments"]["amount"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_links_agree_with_the_leads(built_warehouse: BuiltWarehouse, account: str) -> None:
    # A link from the lead's side names the same contact as the lead itself does.
    (found,) = built_warehouse.rows(
        """
        with links as (
            select entity_id, to_entity_id, is_main from staging.stg_amocrm__links
            where account_id = %(account)s and entity_type = 'leads' and to_entity_type = 'contacts'
        ),

        embedded as (
            select lead_id, contact_id, is_main from staging.stg_amocrm__lead_contacts
            where account_id = %(account)s
        )

        select (select count(*) from links) as links,
            (select count(*) from (select * from links except select * from embedded) as odd) as strangers
        """,
        {"account": account},
    )
    assert found["links"] > 0
    assert found["strangers"] == 0


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("name", ["unsorted", "segments", "catalogs", "catalog_elements"])
def test_lists_are_complete(built_warehouse: BuiltWarehouse, account: str, name: str) -> None:
    gone = "is_taken" if name == "unsorted" else "is_deleted"
    counted = f"select count(*) from staging.stg_amocrm__{name} where account_id = %s and not {gone}"
    assert built_warehouse.value(counted, (account,)) == built_warehouse.truth[account]["rows"][name]
