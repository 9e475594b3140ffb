"""Real data: conversion and mean days to win by origin, held against figures worked out from the CSV files."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.support.built_warehouse import OLIST, BuiltWarehouse

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def by_origin() -> pd.DataFrame:
    """Leads, won and mean whole days from first contact to win, per origin; a blank origin is its own row."""
    leads = pd.read_csv(
        OLIST / "olist_marketing_qualified_leads_dataset.csv",
        keep_default_na=False,
        parse_dates=["first_contact_date"],
    )
    deals = pd.read_csv(OLIST / "olist_closed_deals_dataset.csv", parse_dates=["won_date"])
    joined = leads.merge(deals[["mql_id", "won_date"]], on="mql_id", how="left")
    joined["days"] = (joined["won_date"].dt.normalize() - joined["first_contact_date"]).dt.days
    return joined.groupby("origin").agg(
        leads=("mql_id", "count"), won=("won_date", "count"), days=("days", "mean")
    )


def test_every_lead_and_deal_arrives(built_olist: BuiltWarehouse) -> None:
    (found,) = built_olist.rows(
        "select count(*) as leads, count(won_at) as won from marts.fct_leads where is_counted"
    )

    assert found == {"leads": 8000, "won": 842}


def test_conversion_and_days_to_win_by_origin(built_olist: BuiltWarehouse, by_origin: pd.DataFrame) -> None:
    rows = built_olist.rows("""
        select coalesce(source, '') as origin, count(*) as leads, count(won_at) as won, avg(cycle_days)::float8 as days
        from marts.fct_leads where is_counted group by 1
    """)
    found = pd.DataFrame(rows).set_index("origin").sort_index()

    pd.testing.assert_frame_equal(
        found, by_origin.sort_index(), check_names=False, check_dtype=False, rtol=1e-9
    )
    assert {"", "unknown"} <= set(found.index)
    conversion = found["won"] / found["leads"]
    assert conversion["organic_search"] == pytest.approx(271 / 2296)


def test_cohorts_add_up_to_all_leads_and_deals(built_olist: BuiltWarehouse) -> None:
    (found,) = built_olist.rows("""
        select
            sum(leads_filled) filter (where stage_type = 'open') as leads,
            sum(leads_filled) filter (where stage_type = 'won') as won
        from marts.funnel_cohorts inner join marts.dim_stages using (account_id, stage_id)
    """)

    assert found == {"leads": 8000, "won": 842}
