"""funnel_segments against the leads and steps, with pandas."""

from __future__ import annotations

import pandas as pd

from tests.support.built_warehouse import BuiltWarehouse

COUNTS = ["leads", "leads_any", "leads_strict", "leads_filled"]
STEP = ["account_id", "cohort_month", "stage_id"]


def test_each_kind_of_segment_has_every_lead_once(built_warehouse: BuiltWarehouse) -> None:
    segments = pd.DataFrame(built_warehouse.rows("select * from marts.funnel_segments"))
    cohorts = pd.DataFrame(built_warehouse.rows("select * from marts.funnel_cohorts"))

    whole = cohorts.set_index(STEP)[COUNTS].sort_index()
    for kind in (
        "source",
        "region",
        "subject_area",
        "site_type",
        "lead_score",
        "user",
        "team",
        "client_segment",
    ):
        parts = segments[segments["segment_type"] == kind].groupby(STEP)[COUNTS].sum()
        pd.testing.assert_frame_equal(parts.sort_index(), whole, check_dtype=False)


def test_segments_are_those_of_the_leads(built_warehouse: BuiltWarehouse) -> None:
    rows = built_warehouse.rows(
        """
        select s.*, l.source, u.team, l.amount from marts.fct_lead_steps as s
        inner join marts.fct_leads as l using (account_id, lead_id)
        left join marts.dim_users as u on u.account_id = l.account_id and u.user_id = l.user_id
        where s.is_counted
        """
    )
    steps = pd.DataFrame(rows)
    for kind, column in (("source", "source"), ("team", "team")):
        expected = steps.groupby([*STEP, column], dropna=False)["reached_filled"].sum()
        found = pd.DataFrame(
            built_warehouse.rows("select * from marts.funnel_segments where segment_type = %s", (kind,))
        )
        got = found.groupby([*STEP, "segment_value"], dropna=False)["leads_filled"].sum()
        assert dict(zip(map(str, expected.index), expected, strict=True)) == dict(
            zip(map(str, got.index), got, strict=True)
        )
        before = found.sort_values("stage_order").groupby(
            ["account_id", "cohort_month", "pipeline_id", "segment_value"], dropna=False
        )["leads_filled"]
        ratio = found["leads_filled"] / before.shift(1).where(lambda filled: filled > 0)
        known = found["conversion_from_previous"].astype(float)
        assert (known.isna() == ratio.isna()).all()
        assert ((known - ratio).abs().dropna() < 0.000001).all()
