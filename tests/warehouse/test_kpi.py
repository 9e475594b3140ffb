"""kpi_values against the facts they come from, and the catalogue against the columns it names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.built_warehouse import BuiltWarehouse
from tests.support.sandbox import ROOT

ACCOUNTS = ("sever", "altai")
SHARES = (
    "win_rate_narrow",
    "win_rate_created",
    "missed_share",
    "missed_recovered_share",
    "tasks_overdue_share",
)


def _total(
    built: BuiltWarehouse, account: str, metric: str, period: str = "year", subject: str = "company"
) -> Any:
    return built.value(
        """
        select coalesce(sum(numerator), 0) from marts.kpi_values
        where account_id = %s and metric_id = %s and period_type = %s and subject_type = %s
        """,
        (account, metric, period, subject),
    )


@pytest.mark.parametrize("account", ACCOUNTS)
def test_totals_equal_the_truth(built_warehouse: BuiltWarehouse, account: str) -> None:
    truth = built_warehouse.truth[account]
    found = {
        metric: _total(built_warehouse, account, metric)
        for metric in (
            "leads_created",
            "leads_won",
            "leads_lost",
            "won_amount",
            "payments_amount",
            "calls_successful_30s",
        )
    }

    assert found == {
        "leads_created": truth["leads"]["counted"],
        "leads_won": truth["leads"]["won"],
        "leads_lost": truth["leads"]["lost"],
        "won_amount": truth["leads"]["won_amount"],
        "payments_amount": truth["payments"]["amount"],
        "calls_successful_30s": truth["calls"]["successful_30s"],
    }


@pytest.mark.parametrize("account", ACCOUNTS)
def test_missed_attempts_leave_out_spam_and_repeats(built_warehouse: BuiltWarehouse, account: str) -> None:
    missed = built_warehouse.value(
        "select count(*) from marts.fct_calls where account_id = %s and is_missed and not is_repeat and not is_spam",
        (account,),
    )

    assert _total(built_warehouse, account, "calls_missed") == missed > 0


@pytest.mark.parametrize("account", ACCOUNTS)
def test_open_leads_today_are_the_leads_open_today(built_warehouse: BuiltWarehouse, account: str) -> None:
    found = built_warehouse.value(
        """
        select fact from marts.kpi_values
        where account_id = %s and metric_id = 'open_leads' and period_type = 'day' and subject_type = 'company'
        order by period_start desc limit 1
        """,
        (account,),
    )

    assert found == built_warehouse.truth[account]["leads"]["open"]


@pytest.mark.parametrize("period", ["day", "week", "month", "quarter"])
def test_sums_are_the_same_however_they_are_cut(built_warehouse: BuiltWarehouse, period: str) -> None:
    for account in ACCOUNTS:
        for metric in ("leads_created", "calls_outgoing", "won_amount", "missed_share"):
            by_period = _total(built_warehouse, account, metric, period)
            assert by_period == _total(built_warehouse, account, metric), (account, metric)


def test_teams_are_the_sum_of_their_people(built_warehouse: BuiltWarehouse) -> None:
    rows = built_warehouse.rows(
        """
        with people as (
            select k.account_id, k.metric_id, k.period_start, k.account_id || ':team:' || u.team as subject_id,
                sum(k.numerator) as numerator, sum(k.denominator) as denominator
            from marts.kpi_values as k
            inner join marts.dim_users as u on k.account_id = u.account_id and k.subject_id = u.user_id
            where k.period_type = 'month' and k.subject_type = 'user' and u.team is not null and k.numerator is not null
            group by 1, 2, 3, 4
        )
        select people.*, team.numerator as team_numerator, team.denominator as team_denominator
        from people
        left join marts.kpi_values as team using (account_id, metric_id, period_start, subject_id)
        where team.period_type = 'month' and team.subject_type = 'team'
        """
    )

    assert rows
    assert not [
        row
        for row in rows
        if (row["numerator"], row["denominator"]) != (row["team_numerator"], row["team_denominator"])
    ]


def test_ratios_are_fractions_of_their_parts(built_warehouse: BuiltWarehouse) -> None:
    rows = built_warehouse.rows("select * from marts.kpi_values where metric_id = any(%s)", (list(SHARES),))

    assert {row["metric_id"] for row in rows} == set(SHARES)
    for row in rows:
        expected = row["numerator"] / row["denominator"] if row["denominator"] else None
        assert (row["fact"] is None) == (expected is None)
        if expected is not None:
            assert 0 <= row["fact"] <= 1
            assert abs(row["fact"] - expected) < Decimal("0.000001")


def test_only_the_running_periods_are_unfinished(built_warehouse: BuiltWarehouse) -> None:
    """The world ends at 2026-11-01 00:00 UTC: 03:00 on Sunday in Moscow, 05:00 in Almaty."""
    rows = built_warehouse.rows(
        """
        select distinct period_type, period_start::text as period_start from marts.kpi_values
        where not is_complete order by 1, 2
        """
    )

    assert {(row["period_type"], row["period_start"]) for row in rows} == {
        ("day", "2026-11-01"),
        ("week", "2026-10-26"),
        ("month", "2026-11-01"),
        ("quarter", "2026-10-01"),
        ("year", "2026-01-01"),
    }


def test_the_catalogue_knows_every_value_and_every_column(built_warehouse: BuiltWarehouse) -> None:
    unknown = built_warehouse.rows(
        "select distinct metric_id from marts.kpi_values except select metric_id from marts.metrics where is_kpi"
    )
    silent = built_warehouse.rows(
        "select metric_id from marts.metrics where is_kpi except select metric_id from marts.kpi_values"
    )
    columns = {
        row["column_name"]
        for row in built_warehouse.rows(
            "select column_name from information_schema.columns where table_schema = 'marts'"
        )
    }
    elsewhere = {
        row["metric_id"] for row in built_warehouse.rows("select * from marts.metrics where not is_kpi")
    }

    assert unknown == []
    # what did not happen in the small world: nobody was asked for marks, nobody bought more of the same, nobody left for good
    assert {row["metric_id"] for row in silent} <= {"nps", "upsales", "service_lifetime_months"}
    assert elsewhere <= columns


def test_every_kpi_is_documented(built_warehouse: BuiltWarehouse) -> None:
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    rows = built_warehouse.rows("select metric_id from marts.metrics where is_kpi")

    assert [row["metric_id"] for row in rows if f"`{row['metric_id']}`" not in page] == []


@pytest.mark.parametrize("account", ACCOUNTS)
def test_monthly_metrics_equal_the_sums_they_are_made_of(
    built_warehouse: BuiltWarehouse, account: str
) -> None:
    rows = built_warehouse.rows(
        """
        select metric_id, period_start, numerator, denominator, fact from marts.kpi_values
        where account_id = %s and period_type = 'month' and subject_type = 'company'
            and metric_id in ('mrr_managed', 'payroll_to_turnover', 'payments_amount')
        """,
        (account,),
    )
    found = {(row["metric_id"], row["period_start"]): row for row in rows}
    recurring = built_warehouse.rows(
        "select month_start, mrr_end from marts.mrr_monthly where account_id = %s and mrr_end > 0", (account,)
    )
    pay = built_warehouse.rows(
        """
        select (payload ->> 'month')::date as month, sum((payload ->> 'amount')::numeric) as amount
        from raw.sheets_payroll where account_id = %s and deleted_at is null group by 1
        """,
        (account,),
    )

    assert recurring
    assert {row["month_start"]: row["mrr_end"] for row in recurring} == {
        start: row["fact"] for (metric, start), row in found.items() if metric == "mrr_managed"
    }
    assert pay
    for row in pay:
        share = found["payroll_to_turnover", row["month"]]
        turnover = found.get(("payments_amount", row["month"]))
        assert share["numerator"] == row["amount"]
        assert (share["denominator"] or 0) == (turnover["fact"] if turnover else 0)
