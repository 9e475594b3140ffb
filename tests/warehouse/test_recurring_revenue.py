"""Recurring revenue, cohorts and lifetime value, worked out again in pandas from contracts and payments alone."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from tests.support.built_warehouse import BuiltWarehouse

ACCOUNTS = ("sever", "altai")
MOVEMENTS = ("new", "expansion", "contraction", "churn", "reactivation")
AMOUNTS = ("mrr_start", *MOVEMENTS, "mrr_end")
GRACE_DAYS = 3


def _today(built: BuiltWarehouse, account: str) -> date:
    day: date = built.value(
        "select (%s::timestamptz at time zone time_zone)::date from ops.accounts where account_id = %s",
        (built.as_of, account),
    )
    return day


def _frame(built: BuiltWarehouse, query: str, account: str) -> pd.DataFrame:
    return pd.DataFrame(built.rows(query, (account,)))


def _payments(built: BuiltWarehouse, account: str) -> pd.DataFrame:
    payments = _frame(
        built,
        "select client_id, paid_date, amount::float from marts.fct_payments where account_id = %s and not is_deleted",
        account,
    )
    payments["month"] = pd.to_datetime(payments["paid_date"]).dt.to_period("M")
    return payments


def _contracts(built: BuiltWarehouse, account: str) -> pd.DataFrame:
    contracts = _frame(
        built,
        """
        select client_id, service, (fee / months_per_fee)::float as fee, started_on, ended_on
        from staging.stg_sheets__contracts
        where account_id = %s and is_recurring
        """,
        account,
    )
    return contracts[contracts["started_on"] <= _today(built, account)]


def _months(first: date, today: date) -> list[tuple[pd.Period, date, bool]]:
    """(month, the day it is looked at, whether it is closed) up to the running one."""
    months = pd.period_range(first, today, freq="M")
    ends = [month.end_time.date() for month in months]
    closed = [end + timedelta(days=GRACE_DAYS) < today for end in ends]
    return [(month, min(end, today), over) for month, end, over in zip(months, ends, closed, strict=True)]


def _served_days(contracts: pd.DataFrame, today: date) -> set[date]:
    days: set[date] = set()
    for contract in contracts.itertuples():
        end = (
            today
            if contract.ended_on is None or pd.isna(contract.ended_on)
            else min(contract.ended_on, today)
        )
        days.update(day.date() for day in pd.date_range(contract.started_on, end))
    return days


def _unserved_run(day: date, served: set[date], today: date) -> int | None:
    """Days without service around an unserved day; none when the service never comes back."""
    first = last = day
    while first not in served:
        first -= timedelta(days=1)
    while last not in served:
        last += timedelta(days=1)
        if last > today:
            return None
    return (last - first).days - 1


def _movements(contracts: pd.DataFrame, today: date) -> pd.DataFrame:
    """One row per client and month. A pause has at most 58 days without service: 59 from last to next day of it."""
    rows: list[dict[str, Any]] = []
    months = _months(contracts["started_on"].min(), today)
    for client, own in contracts.groupby("client_id"):
        served = _served_days(own, today)
        before, has_paid, has_left = 0.0, False, False
        for month, day, closed in months:
            if day < min(served):
                continue
            ends = own["ended_on"].map(lambda end: today if end is None or pd.isna(end) else end)
            now = own.loc[(own["started_on"] <= day) & (ends >= day), "fee"].sum()
            run = 0 if day in served else _unserved_run(day, served, today)
            gone = has_paid and (run is None or run > 58)
            kind = None
            if now > before:
                kind = "reactivation" if has_left else "expansion" if has_paid else "new"
            elif now < before:
                kind = "churn" if gone else "contraction"
            rows.append(
                {
                    **{"client_id": client, "month": month, "closed": closed, "gone": gone},
                    **{"mrr_start": before, "mrr_end": now},
                    **{name: abs(now - before) if name == kind else 0.0 for name in MOVEMENTS},
                }
            )
            has_paid, has_left = has_paid or now > 0, gone or (has_left and now == 0)
            before = now
    return pd.DataFrame(rows)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_months_equal_the_truth(built_warehouse: BuiltWarehouse, account: str) -> None:
    rows = built_warehouse.rows(
        f"select month_start::text, {', '.join(AMOUNTS)} from marts.mrr_monthly where account_id = %s",
        (account,),
    )
    found = {row["month_start"]: [float(row[name]) for name in AMOUNTS] for row in rows}
    truth = {
        row["month_start"]: [row[name] for name in AMOUNTS] for row in built_warehouse.truth[account]["mrr"]
    }

    assert truth
    assert {month: found[month] for month in truth} == truth
    assert len(found) in (len(truth), len(truth) + 1)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_client_moves_as_its_days_of_service_say(built_warehouse: BuiltWarehouse, account: str) -> None:
    expected = _movements(_contracts(built_warehouse, account), _today(built_warehouse, account))
    found = _frame(
        built_warehouse,
        f"""
        select client_id, month_start, is_closed, is_gone, {", ".join(f"{name}::float" for name in AMOUNTS)}
        from marts.mrr_movements_monthly where account_id = %s
        """,
        account,
    )
    found["month"] = pd.to_datetime(found["month_start"]).dt.to_period("M")
    columns = ["is_closed", "is_gone", *AMOUNTS]

    assert found.set_index(["client_id", "month"]).sort_index()[columns].to_dict("index") == expected.rename(
        columns={"closed": "is_closed", "gone": "is_gone"}
    ).set_index(["client_id", "month"]).sort_index()[columns].to_dict("index")


@pytest.mark.parametrize("account", ACCOUNTS)
def test_ratios_are_those_of_sums(built_warehouse: BuiltWarehouse, account: str) -> None:
    clients = _movements(_contracts(built_warehouse, account), _today(built_warehouse, account))
    found = _frame(built_warehouse, "select * from marts.mrr_monthly where account_id = %s", account)

    assert len(found) == clients["month"].nunique()
    for row in found.to_dict("records"):
        month = clients[clients["month"] == pd.Period(row["month_start"], "M")]
        starting, ending = month[month["mrr_start"] > 0], month[month["mrr_end"] > 0]
        start = month["mrr_start"].sum()
        kept = start - month["contraction"].sum() - month["churn"].sum()
        assert (row["clients_start"], row["clients_end"]) == (len(starting), len(ending))
        assert row["clients_churned"] == (month["churn"] > 0).sum()
        if start == 0:
            assert (row["grr"], row["nrr"], row["logo_churn"]) == (None, None, None)
            continue
        assert float(row["grr"]) == pytest.approx(kept / start, abs=1e-6)
        assert float(row["nrr"]) == pytest.approx((kept + starting["expansion"].sum()) / start, abs=1e-6)
        assert float(row["arpa"]) == pytest.approx(ending["mrr_end"].sum() / len(ending), abs=0.005)
        assert float(row["logo_churn"]) == pytest.approx(row["clients_churned"] / len(starting), abs=1e-6)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_cohorts_equal_a_pivot_of_payments(built_warehouse: BuiltWarehouse, account: str) -> None:
    payments = _payments(built_warehouse, account)
    payments["cohort"] = payments.groupby("client_id")["month"].transform("min")
    running = pd.Period(_today(built_warehouse, account), "M")
    cells = built_warehouse.rows("select * from marts.retention_cohorts where account_id = %s", (account,))

    span = (running - payments["cohort"].min()).n + 1
    assert len(cells) == payments["cohort"].nunique() * span
    for cell in cells:
        cohort = payments[payments["cohort"] == pd.Period(cell["cohort_month"], "M")]
        month = pd.Period(cell["cohort_month"], "M") + cell["months_since"]
        clients = cohort["client_id"].nunique()
        assert cell["clients"] == clients
        if month > running:
            assert (cell["active_clients"], cell["retention"], cell["revenue"]) == (None, None, None)
            assert cell["cumulative_revenue_per_client"] is None
            continue
        paid = cohort[cohort["month"] == month]
        assert cell["active_clients"] == paid["client_id"].nunique()
        assert float(cell["revenue"]) == paid["amount"].sum()
        assert float(cell["cumulative_revenue_per_client"]) == pytest.approx(
            cohort.loc[cohort["month"] <= month, "amount"].sum() / clients, abs=0.005
        )


@pytest.mark.parametrize("account", ACCOUNTS)
def test_repeat_purchase_looks_back_from_each_months_end(
    built_warehouse: BuiltWarehouse, account: str
) -> None:
    days = _payments(built_warehouse, account)[["client_id", "paid_date"]].drop_duplicates()
    rows = built_warehouse.rows("select * from marts.repeat_purchase where account_id = %s", (account,))
    months = {
        month.start_time.date(): (day, closed)
        for month, day, closed in _months(days["paid_date"].min(), _today(built_warehouse, account))
    }

    assert len(rows) >= 3
    assert {row["month_start"] for row in rows} <= set(months)
    for row in rows:
        day, closed = months[row["month_start"]]
        by_then = days[days["paid_date"] <= day].sort_values("paid_date")
        dates = by_then.groupby("client_id")["paid_date"].apply(list)
        gaps = dates.map(lambda own: [(b - a).days for a, b in pairwise(own)])
        lapsed = [
            bool(own_gaps) and (day - own[-1]).days > 2 * pd.Series(own_gaps).median()
            for own, own_gaps in zip(dates, gaps, strict=True)
        ]
        all_gaps = [gap for own_gaps in gaps for gap in own_gaps]
        assert row["is_closed"] == closed
        assert (row["clients"], row["clients_once"]) == (len(dates), sum(len(own) == 1 for own in dates))
        assert row["clients_lapsed"] == sum(lapsed)
        assert (row["median_gap_days"] is None) == (not all_gaps)
        if all_gaps:
            assert float(row["median_gap_days"]) == pd.Series(all_gaps).median()


@pytest.mark.parametrize("account", ACCOUNTS)
def test_clients_hold_all_money_and_segments_all_clients(
    built_warehouse: BuiltWarehouse, account: str
) -> None:
    payments = _payments(built_warehouse, account)
    contracts = _contracts(built_warehouse, account)
    clients = _movements(contracts, _today(built_warehouse, account))
    closed = clients[clients["closed"]]
    last = closed[closed["month"] == closed["month"].max()]
    ltv = _frame(built_warehouse, "select * from marts.client_ltv where account_id = %s", account)
    segments = _frame(built_warehouse, "select * from marts.ltv_segments where account_id = %s", account)

    found = ltv.set_index("client_id")
    paid = payments.groupby("client_id").agg(
        revenue=("amount", "sum"), payments=("amount", "size"), purchases=("paid_date", "nunique")
    )
    assert set(found.index) == set(payments["client_id"]) | set(contracts["client_id"])
    for name in ("revenue", "payments", "purchases"):
        assert found.loc[paid.index, name].astype(float).to_dict() == paid[name].astype(float).to_dict()
    paying = last[last["mrr_end"] > 0]
    on_contract = found.index.isin(contracts["client_id"])
    assert set(found[found["is_active"] & on_contract].index) == set(paying["client_id"])

    everyone = segments[segments["segment_type"] == "all"].iloc[0]
    assert float(everyone["arpa"]) == pytest.approx(paying["mrr_end"].mean(), abs=0.005)
    assert everyone["ended_clients"] == last["gone"].sum()
    assert segments.groupby("segment_type")["clients"].sum().to_dict() == dict.fromkeys(
        segments["segment_type"].unique(), len(ltv)
    )


@pytest.mark.parametrize("account", ACCOUNTS)
def test_too_few_clients_are_refused_and_have_no_prediction(
    built_warehouse: BuiltWarehouse, account: str
) -> None:
    lives = built_warehouse.value(
        "select count(*) from intermediate.int_revenue__lives where account_id = %s", (account,)
    )
    (fit,) = built_warehouse.rows("select * from ops.model_fits where account_id = %s", (account,))
    predicted = built_warehouse.value(
        "select count(ltv_predicted) from marts.client_ltv where account_id = %s and not is_churned",
        (account,),
    )

    assert 0 < lives < 30
    assert (fit["status"], fit["clients"], fit["parameters"]) == ("refused", lives, None)
    assert predicted == 0
