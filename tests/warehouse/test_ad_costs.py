"""Costs of advertisements against the simulation, corrected days included."""

from __future__ import annotations

import pytest

from tests.support.built_warehouse import BuiltWarehouse


@pytest.mark.parametrize("account", ["sever", "altai"])
def test_costs_equal_the_simulation(built_warehouse: BuiltWarehouse, account: str) -> None:
    [row] = built_warehouse.rows(
        "select count(*) as rows, sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks,"
        " sum(cost)::text as cost from staging.stg_direct__costs where account_id = %s and vat_included",
        (account,),
    )
    assert row == built_warehouse.truth[account]["direct"]
