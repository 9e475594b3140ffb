"""Hand-overs against the simulation's owners; delays and weak links worked out a second time in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from tests.support.built_warehouse import BuiltWarehouse
from tests.support.simulated import simulated_tenant
from voronka.runtime import demo_settings

ZONES = {"sever": "Europe/Moscow", "altai": "Asia/Almaty"}


def _month(moment: datetime, account: str) -> str:
    return f"{moment.astimezone(ZoneInfo(ZONES[account])):%Y-%m}"


@pytest.mark.parametrize("account", ZONES)
def test_handovers_between_divisions(built_warehouse: BuiltWarehouse, account: str) -> None:
    tenant = simulated_tenant(account)
    divisions = {user.user_id: demo_settings.MEANINGS["divisions"][user.group_name] for user in tenant.users}
    counted = {
        row["source_lead_id"]
        for row in built_warehouse.rows(
            "select source_lead_id from marts.fct_leads where account_id = %s and is_counted", (account,)
        )
    }
    expected: Counter[tuple[Any, ...]] = Counter()
    for lead in tenant.leads:
        if str(lead.lead_id) not in counted:
            continue
        for (_, giver), (at, taker) in zip(lead.owners, lead.owners[1:], strict=False):
            if at <= built_warehouse.as_of and giver != taker:
                expected[_month(at, account), divisions.get(giver), divisions.get(taker)] += 1
    rows = built_warehouse.rows("select * from marts.handovers_monthly where account_id = %s", (account,))

    assert {
        (str(row["month_start"])[:7], row["from_division"], row["to_division"]): row["handovers"]
        for row in rows
    } == expected
    assert expected


def _delays(built: BuiltWarehouse) -> dict[tuple[Any, ...], list[float | None]]:
    """Minutes until each hand-over was taken up, by account, month and divisions."""
    deeds: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    changes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    query = """
        select lead_id, user_id, touched_at as happened_at, 'touch' as event_type, null as from_user_id,
            null as to_user_id, null as event_id, account_id
        from intermediate.int_leads__touches
        union all
        select lead_id, user_id, happened_at, event_type, from_user_id, to_user_id, event_id, account_id
        from intermediate.int_leads__events
        where event_type in ('lead_status_changed', 'entity_responsible_changed')
            and lead_id in (select lead_id from marts.fct_leads where is_counted)
        order by happened_at, event_id
    """
    for row in built.rows(query):
        if row["event_type"] != "entity_responsible_changed":
            deeds[row["lead_id"], row["user_id"]].append(row["happened_at"])
        elif row["from_user_id"] != row["to_user_id"]:
            changes[row["lead_id"]].append(row)
    users = {r["user_id"]: r["division"] for r in built.rows("select user_id, division from marts.dim_users")}
    delays: dict[tuple[Any, ...], list[float | None]] = defaultdict(list)
    for lead_id, given in changes.items():
        for change, following in zip(given, [*given[1:], None], strict=True):
            at, until = change["happened_at"], following["happened_at"] if following else None
            done = [
                d for d in deeds[lead_id, change["to_user_id"]] if d >= at and (until is None or d < until)
            ]
            pair = users.get(change["from_user_id"]), users.get(change["to_user_id"])
            minutes = (min(done) - at).total_seconds() / 60 if done else None
            delays[change["account_id"], _month(at, change["account_id"]), *pair].append(minutes)
    return delays


def test_delays_of_handovers(built_warehouse: BuiltWarehouse) -> None:
    delays = _delays(built_warehouse)
    rows = built_warehouse.rows("select * from marts.handovers_monthly")

    assert len(rows) == len(delays)
    for row in rows:
        found = delays[
            row["account_id"], str(row["month_start"])[:7], row["from_division"], row["to_division"]
        ]
        known = [minutes for minutes in found if minutes is not None]
        assert (row["handovers"], row["taken_up"]) == (len(found), len(known))
        assert (row["delay_minutes_mean"] is None) == (not known)
        if known:
            assert abs(float(row["delay_minutes_mean"]) - mean(known)) < 0.006
            assert abs(float(row["delay_minutes_median"]) - median(known)) < 0.006
    assert sum(row["taken_up"] for row in rows) > 0


def _links(built: BuiltWarehouse, account: str) -> dict[tuple[str, str, str | None], list[bool]]:
    """Per month, step and person: whether each lead that first entered moved on within 30 days."""
    steps = {
        row["stage_id"]: (row["pipeline_id"], row["stage_order"], row["stage_type"])
        for row in built.rows("select * from marts.dim_stages where account_id = %s and is_step", (account,))
    }
    paths: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in built.rows(
        "select * from marts.fct_stage_visits where account_id = %s and is_counted order by lead_id, visit_no",
        (account,),
    ):
        paths[row["lead_id"]].append(row)
    links: dict[tuple[str, str, str | None], list[bool]] = defaultdict(list)
    for path in paths.values():
        seen = set()
        for number, visit in enumerate(path):
            stage = visit["stage_id"]
            if stage not in steps or stage in seen or steps[stage][2] == "won":
                continue
            seen.add(stage)
            day = visit["entered_at"].astimezone(ZoneInfo(ZONES[account])).date()
            later = [
                v["entered_at"].astimezone(ZoneInfo(ZONES[account])).date()
                for v in path[number + 1 :]
                if v["stage_id"] in steps
                and steps[v["stage_id"]][0] == steps[stage][0]
                and steps[v["stage_id"]][1] > steps[stage][1]
            ]
            moved = bool(later) and (min(later) - day).days <= 30
            links[f"{day:%Y-%m}", stage, visit["owner_id"]].append(moved)
    return links


@pytest.mark.parametrize("account", ZONES)
def test_weak_links(built_warehouse: BuiltWarehouse, account: str) -> None:
    links = _links(built_warehouse, account)
    today = built_warehouse.as_of.astimezone(ZoneInfo(ZONES[account])).date()
    rows = built_warehouse.rows("select * from marts.weak_links_monthly where account_id = %s", (account,))
    worst: dict[tuple[Any, ...], float] = defaultdict(float)
    for row in rows:
        if row["leads_cost"]:
            key = row["month_start"], row["pipeline_id"]
            worst[key] = max(worst[key], float(row["leads_cost"]))

    assert len(rows) == len(links)
    for row in rows:
        month = pd.Period(row["month_start"], "M")
        moved = links[str(month), row["stage_id"], row["user_id"]]
        is_old = (today - month.end_time.date()).days >= 30
        rate = sum(moved) / len(moved) if is_old else None
        before = links.get((str(month - 1), row["stage_id"], row["user_id"]))
        was_old = (today - (month - 1).end_time.date()).days >= 30
        last = sum(before) / len(before) if before and was_old else None
        assert (row["entered"], row["moved_on"]) == (len(moved), sum(moved) if is_old else None)
        for found, expected in ((row["conversion"], rate), (row["previous_conversion"], last)):
            assert (found is None) == (expected is None)
            assert expected is None or abs(float(found) - expected) < 0.000001
        if rate is not None and last is not None:
            assert abs(float(row["leads_cost"]) - max(last - rate, 0) * len(moved)) < 0.006
        else:
            assert row["leads_cost"] is None
        if row["weak_rank"] == 1:
            assert float(row["leads_cost"]) == worst[row["month_start"], row["pipeline_id"]] > 0
    assert {row["weak_rank"] for row in rows} >= {None, 1}
