"""Leads worth trying again and their return, worked out a second time in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.built_warehouse import BuiltWarehouse
from voronka.runtime import demo_settings

ZONES = {"sever": "Europe/Moscow", "altai": "Asia/Almaty"}
LONG = timedelta(days=30)
Episode = tuple[str, str, date, date | None, str | None]


def _grouped(rows: list[dict[str, Any]], key: str = "lead_id") -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


class Account:
    """What the recomputation reads of an account."""

    def __init__(self, built: BuiltWarehouse, account: str) -> None:
        self._built, self._account, self._zone = built, account, ZoneInfo(ZONES[account])
        leads = self._read("select * from marts.fct_leads where account_id = %s and is_counted")
        self.leads = {lead["lead_id"]: lead for lead in leads}
        visits = self._read(
            "select v.*, s.stage_type from marts.fct_stage_visits as v"
            " inner join marts.dim_stages as s using (account_id, stage_id)"
            " where v.account_id = %s and v.is_counted order by v.lead_id, v.visit_no"
        )
        self.visits = _grouped(visits)
        self.today = self.day(built.as_of)

    def _read(self, query: str) -> list[dict[str, Any]]:
        return self._built.rows(query, (self._account,))

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def losses(self) -> list[Episode]:
        """Stays in lost, with the day and the lead that ended them."""
        reasons = self._read(
            "select lead_id, loss_reason from intermediate.int_leads__records where account_id = %s"
        )
        reason_of = {row["lead_id"]: row["loss_reason"] for row in reasons}
        pairs = self._read("select * from intermediate.int_leads__contacts where account_id = %s")
        contacts, of_contact = _grouped(pairs), _grouped(pairs, "contact_id")
        found: list[Episode] = []
        for lead_id, path in self.visits.items():
            if reason_of[lead_id] not in demo_settings.MEANINGS["recyclable_loss_reasons"]:
                continue
            kin = {p["lead_id"] for c in contacts[lead_id] for p in of_contact[c["contact_id"]]} - {lead_id}
            born = [(self.leads[k]["created_at"], k) for k in kin if k in self.leads]
            for visit in path:
                if visit["stage_type"] != "lost":
                    continue
                returns = [(at, who) for at, who in born if at > visit["entered_at"]]
                if visit["exited_at"]:
                    # reopening comes before a new lead of the same second
                    returns.append((visit["exited_at"], ""))
                at, who = min(returns, default=(None, None))
                ended = self.day(at) if at else None
                found.append(
                    ("lost", lead_id, self.day(visit["entered_at"]), ended, who or (lead_id if at else None))
                )
        return found

    def silences(self) -> list[Episode]:
        """Gaps of 30 days and more in open stages, with the day they ended and the lead when it moved on."""
        touches = self._read(
            "select lead_id, touched_at as at from intermediate.int_leads__touches where account_id = %s"
        )
        calls = self._read(
            "select lead_id, started_at as at from marts.fct_calls"
            " where account_id = %s and lead_id is not null and not is_spam"
        )
        moments = _grouped(touches + calls)
        found: list[Episode] = []
        for lead_id, path in self.visits.items():
            born = self.leads[lead_id]["created_at"]
            done = {born, *(visit["entered_at"] for visit in path), *(m["at"] for m in moments[lead_id])}
            times = sorted(at for at in done if born <= at <= self._built.as_of)
            for at, following in zip(times, [*times[1:], None], strict=True):
                standing = [
                    v for v in path if v["entered_at"] <= at and (not v["exited_at"] or at < v["exited_at"])
                ]
                until = self.day(following) if following else self.today
                if not standing or standing[0]["stage_type"] != "open" or until - self.day(at) < LONG:
                    continue
                is_back = following is not None and any(
                    v["entered_at"] >= following
                    and v["stage_type"] != "lost"
                    and self.day(v["entered_at"]) <= until + LONG
                    for v in path
                )
                ended = until if following else None
                found.append(("silent", lead_id, self.day(at) + LONG, ended, lead_id if is_back else None))
        return found


@pytest.mark.parametrize("account", ZONES)
def test_recycling_list_and_return_rates(built_warehouse: BuiltWarehouse, account: str) -> None:
    known = Account(built_warehouse, account)
    expected = known.losses() + known.silences()
    rows = built_warehouse.rows("select * from marts.lead_recycling where account_id = %s", (account,))
    columns = ("episode_kind", "lead_id", "started_date", "ended_date", "returned_lead_id")

    assert Counter(tuple(row[column] for column in columns) for row in rows) == Counter(expected)
    assert {row["is_returned"] for row in rows} == {row["is_listed"] for row in rows} == {True, False}

    entered = Counter((episode[2].replace(day=1), episode[0]) for episode in expected)
    returned = Counter((episode[2].replace(day=1), episode[0]) for episode in expected if episode[4])
    months = built_warehouse.rows("select * from marts.recycling_monthly where account_id = %s", (account,))
    assert {
        (row["month_start"], row["episode_kind"]): (row["entered"], row["returned"]) for row in months
    } == {key: (count, returned[key]) for key, count in entered.items()}
