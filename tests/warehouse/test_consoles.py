"""The second tracker and the consoles of search engines, in the warehouse, against the simulation."""

from __future__ import annotations

import pytest

from tests.support.built_warehouse import BuiltWarehouse

ACCOUNTS = ("sever", "altai")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_second_tracker_equals_the_simulation(built_warehouse: BuiltWarehouse, account: str) -> None:
    truth = built_warehouse.truth[account]["seranking"]
    [row] = built_warehouse.rows(
        "select count(*) filter (where state <> 'not_checked') as checked,"
        " count(*) filter (where state = 'found') as found"
        " from marts.fct_positions where account_id = %s and provider = 'seranking'",
        (account,),
    )
    assert row == {"checked": truth["checked"], "found": truth["found"]}
    assert row["found"] > 0


@pytest.mark.parametrize("account", ACCOUNTS)
def test_two_trackers_agree_on_the_place_of_a_site(built_warehouse: BuiltWarehouse, account: str) -> None:
    disagreeing = built_warehouse.rows(
        """
        select second.keyword, second.checked_on, second.position, first.position
        from marts.fct_positions as second
        inner join marts.dim_projects as second_project on second.project_id = second_project.project_id
        left join marts.dim_projects as first_project
            on second_project.site = first_project.site and first_project.provider = 'topvisor'
        left join marts.fct_positions as first
            on first_project.project_id = first.project_id and second.checked_on = first.checked_on
            and (second.keyword, second.engine, second.region, second.device)
            = (first.keyword, first.engine, first.region, first.device)
        where
            second.account_id = %s and second.provider = 'seranking'
            and second.position is distinct from first.position
        """,
        (account,),
    )
    assert disagreeing == []


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_same_site_is_of_the_same_client_everywhere(
    built_warehouse: BuiltWarehouse, account: str
) -> None:
    rows = built_warehouse.rows(
        """
        select ours.project_id, ours.client_id, theirs.client_id as theirs
        from marts.dim_projects as ours
        inner join marts.dim_projects as theirs
            on ours.account_id = theirs.account_id and theirs.provider = 'topvisor'
            and ours.site in (theirs.site, 'https://' || theirs.site || '/', 'sc-domain:' || theirs.site)
        where ours.account_id = %s and ours.provider <> 'topvisor'
        """,
        (account,),
    )
    assert rows
    by_site = [row for row in rows if row["project_id"].split(":")[1] == "seranking"]
    assert all(row["client_id"] == row["theirs"] for row in by_site)


@pytest.mark.parametrize("console", ["webmaster", "gsc"])
@pytest.mark.parametrize("account", ACCOUNTS)
def test_consoles_equal_the_simulation(built_warehouse: BuiltWarehouse, account: str, console: str) -> None:
    truth = built_warehouse.truth[account][console]
    [row] = built_warehouse.rows(
        "select count(*) as rows, sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks"
        " from marts.fct_query_averages where account_id = %s and provider = %s",
        (account, console),
    )
    assert row == truth
    [daily] = built_warehouse.rows(
        "select sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks"
        " from marts.query_averages_daily where account_id = %s and provider = %s",
        (account, console),
    )
    assert daily == {"impressions": truth["impressions"], "clicks": truth["clicks"]}


def test_averages_are_never_among_the_places(built_warehouse: BuiltWarehouse) -> None:
    mixed = built_warehouse.rows(
        "select distinct p.project_id from marts.fct_positions as p"
        " inner join marts.dim_projects as d on p.project_id = d.project_id where d.kind = 'console'"
    )
    assert mixed == []
