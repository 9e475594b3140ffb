"""The marts of a loaded world are equal to what the simulation knows of itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.built_warehouse import BuiltWarehouse
from tests.support.simulated import simulated_tenant

ACCOUNTS = ("sever", "altai")


def _by_stage(rows: list[dict[str, Any]], *values: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    keys = [key for key in ("cohort_month", "pipeline_id", "stage_id") if key in rows[0]]
    return {tuple(str(row[key]) for key in keys): tuple(row[value] for value in values) for row in rows}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_leads_and_money(built_warehouse: BuiltWarehouse, account: str) -> None:
    (found,) = built_warehouse.rows(
        """
        select
            count(*) filter (where is_counted) as counted,
            count(*) filter (where is_counted and status = 'open') as open,
            count(*) filter (where is_counted and status = 'won') as won,
            count(*) filter (where is_counted and status = 'lost') as lost,
            coalesce(sum(amount) filter (where is_counted and status = 'won'), 0)::bigint as won_amount,
            count(*) filter (where is_spam and not is_deleted) as spam,
            count(*) filter (where is_test and not is_deleted) as test,
            count(*) filter (where is_duplicate and not is_deleted) as duplicate
        from marts.fct_leads where account_id = %s
        """,
        (account,),
    )

    assert found == built_warehouse.truth[account]["leads"]
    assert found["won"] > 0


@pytest.mark.parametrize("account", ACCOUNTS)
def test_cohorts_in_three_modes(built_warehouse: BuiltWarehouse, account: str) -> None:
    found = built_warehouse.rows(
        """
        select cohort_month, split_part(pipeline_id, ':', 3) as pipeline_id, split_part(stage_id, ':', 4) as stage_id,
            leads_any, leads_strict, leads_filled
        from marts.funnel_cohorts where account_id = %s
        """,
        (account,),
    )
    modes = ("leads_any", "leads_strict", "leads_filled")

    assert _by_stage(found, *modes) == _by_stage(built_warehouse.truth[account]["cohorts"], *modes)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_entries_and_stock_of_every_stage(built_warehouse: BuiltWarehouse, account: str) -> None:
    found = built_warehouse.rows(
        """
        select split_part(pipeline_id, ':', 3) as pipeline_id, split_part(stage_id, ':', 4) as stage_id,
            sum(entries)::int as entries, (array_agg(stock order by date_day desc))[1] as leads
        from marts.funnel_flow_daily where account_id = %s group by 1, 2
        """,
        (account,),
    )
    flow = built_warehouse.truth[account]["flow"]

    assert _by_stage(found, "entries") == _by_stage(flow["entries_by_stage"], "entries")
    assert _by_stage(found, "leads") == _by_stage(flow["stock"], "leads")


def test_deleted_merged_and_restored_leads(built_warehouse: BuiltWarehouse) -> None:
    """Of the leads seen at the first visit: those that went are deleted, the merged point to their winner."""
    now, seen = built_warehouse.as_of, 0
    for account in ACCOUNTS:
        leads = {str(lead.lead_id): lead for lead in simulated_tenant(account).leads}
        rows = built_warehouse.rows(
            """
            select source_lead_id, is_deleted, is_counted, split_part(merged_into_lead_id, ':', 3) as winner
            from marts.fct_leads where account_id = %s
            """,
            (account,),
        )
        for row in rows:
            lead = leads[row["source_lead_id"]]
            is_merged = lead.merged_at is not None and lead.merged_at <= now
            is_binned = lead.deleted_at is not None and lead.deleted_at <= now
            is_back = is_binned and lead.restored_at is not None and lead.restored_at <= now
            seen += is_merged or is_binned
            assert row["is_deleted"] == (is_merged or (is_binned and not is_back)), lead
            assert row["winner"] == (str(lead.merged_into) if is_merged else None), lead
            assert not (row["is_deleted"] and row["is_counted"])
    assert seen > 0
