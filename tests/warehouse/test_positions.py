"""Positions of a loaded world against the simulated checks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sandbox.agency.model import Size, Tenant
from sandbox.agency.world import build_world
from tests.support.built_warehouse import BuiltWarehouse
from tests.support.sandbox import SMALL

ACCOUNTS = ("sever", "altai")
FIGURES = ("checked", "found", "top3_share", "top10_share", "mean_position", "visibility_topvisor")


@pytest.fixture(scope="module")
def tenants(built_warehouse: BuiltWarehouse) -> dict[str, Tenant]:
    """The world that the sandbox was serving, made again from its seed."""
    size = Size(
        **{name.replace("-", "_"): SMALL[name] for name in SMALL if name.replace("-", "_") in Size.__slots__}
    )
    return build_world(until=built_warehouse.as_of, size=size, accounts=SMALL["accounts"]).tenants


def _today(built: BuiltWarehouse, tenant: Tenant) -> date:
    return built.value("select (%s::timestamptz at time zone %s)::date", (built.as_of, tenant.time_zone))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_keyword_is_found_not_found_or_not_checked(
    built_warehouse: BuiltWarehouse, tenants: dict[str, Tenant], account: str
) -> None:
    last = _today(built_warehouse, tenants[account])
    expected: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for project in tenants[account].projects:
        for region in project.regions:
            keywords = [
                (k, {d: p for (i, d), p in k.checks.items() if i == region.index}) for k in project.keywords
            ]
            days = {day for _, checks in keywords for day in checks if day <= last}
            for keyword, checks in keywords:
                for day in days:
                    if not checks or day < min(checks):
                        continue
                    place = checks.get(day)
                    state = "not_checked" if day not in checks else "not_found" if place is None else "found"
                    key = (str(project.project_id), str(keyword.keyword_id), region.index, day)
                    names = (region.engine, region.region_name, region.device, region.depth)
                    expected[key] = (state, place, keyword.volume, keyword.text, *names)
    rows = built_warehouse.rows(
        "select * from marts.fct_positions where account_id = %s and provider = 'topvisor'", (account,)
    )
    found = {
        (row["source_project_id"], row["source_keyword_id"], row["region_index"], row["checked_on"]): (
            row["state"],
            row["position"],
            row["volume"],
            row["keyword"],
            row["engine"],
            row["region"],
            row["device"],
            row["depth"],
        )
        for row in rows
    }

    assert found == expected
    assert {state for state, *_ in found.values()} == {"found", "not_found", "not_checked"}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_last_days_equal_the_truth(built_warehouse: BuiltWarehouse, account: str) -> None:
    truth = built_warehouse.truth[account]["positions"]
    for project in truth["projects"]:
        project_id = f"{account}:topvisor:{project['project_id']}"
        (row,) = built_warehouse.rows(
            """
            select summary.* from marts.position_summary_daily as summary
            where project_id = %s and checked_on = %s and (engine, region, device) = (
                select engine, region, device from marts.fct_positions
                where project_id = %s and region_index = %s limit 1
            )
            """,
            (project_id, project["last_day"], project_id, project["region_index"]),
        )
        assert {name: float(row[name]) for name in FIGURES} == pytest.approx(
            {name: project[name] for name in FIGURES}, abs=1e-6
        )
    assert truth["projects"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_movements_add_up_to_the_way_travelled(built_warehouse: BuiltWarehouse, account: str) -> None:
    """Of a keyword that was found at every check, all movements together lead from its first place to its last."""
    rows = built_warehouse.rows(
        """
        with always_found as (
            select keyword_id, region_index,
                (array_agg(position order by checked_on))[1] as first_place,
                (array_agg(position order by checked_on desc))[1] as last_place
            from marts.fct_positions where account_id = %s and state != 'not_checked'
            group by keyword_id, region_index
            having bool_and(state = 'found') and count(*) > 1
        )
        select first_place - last_place as way, sum(movement)::int as travelled
        from always_found
        inner join marts.position_movements_daily using (keyword_id, region_index)
        group by keyword_id, region_index, first_place, last_place
        """,
        (account,),
    )

    assert rows
    assert [row["travelled"] for row in rows] == [row["way"] for row in rows]
